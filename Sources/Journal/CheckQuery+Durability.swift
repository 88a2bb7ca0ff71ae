extension CheckQuery {
    /// Acknowledged is durable.
    ///
    /// That no row is missing in between is told by the chain and its ids without gaps.
    static let invariant1 = CheckQuery(
        name: "invariant1",
        promise: "Every acknowledged callback is there, whole until it is decoded.",
        broken: "Acknowledged callbacks are lost, or were passed over.",
        parts: [
            Part(
                "callback",
                walks: "id",
                """
                SELECT c.id AS row, iif(
                    c.state = 'received',
                    'was passed over by the decoder: it is not decoded, but a later one is',
                    'was ' || c.state || ' before it was decoded'
                ) AS sentence
                FROM callback AS c
                WHERE c.id > :from AND c.id <= :to AND (
                    (c.state = 'received' AND c.id <= \(decodeCursor))
                    OR (c.state IN ('pruned', 'erased') AND c.id > \(decodeCursor)))
                """
            ),
            Part(
                "callback",
                """
                SELECT k.cursor AS row, 'was decoded, but the last callback that is there is ' || k.last AS sentence
                FROM (SELECT \(decodeCursor) AS cursor, (SELECT coalesce(max(id), 0) FROM callback) AS last) AS k
                WHERE k.cursor > k.last
                """
            ),
        ]
    )

    static let decodeCursor = "(SELECT coalesce(max(CAST(value AS INTEGER)), 0) FROM checkpoint WHERE name = 'decode')"
}
