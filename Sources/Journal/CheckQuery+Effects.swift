extension CheckQuery {
    /// Effects happen once.
    ///
    /// A Lead or Contact is created once for a person. A Task or member is created once for its key, or, in an org without a key
    /// field, once with the same fields; such doubles lie within a week of each other.
    static let invariant2 = CheckQuery(
        name: "invariant2",
        promise: "No record was created twice for one person or key.",
        broken: "Records were created twice; one that somebody deleted in Salesforce in between may be created again.",
        parts: [
            Part(
                "effect",
                walks: "id",
                """
                SELECT f.id AS row, 'created ' || f.object || ' ' || coalesce(f.record_id, '?') || ', but effect ' || g.id
                    || ' had created ' || coalesce(g.record_id, '?') || ' for the same ' || iif(
                        f.object IN ('Lead', 'Contact'), 'person', 'key') AS sentence
                FROM effect AS f JOIN effect AS g ON g.id = (
                    SELECT h.id FROM effect AS h
                    WHERE h.person = f.person AND h.object = f.object AND h.id < f.id
                        AND h.state = 'confirmed' AND h.created_record = 1
                        AND h.planned_at >= iif(f.object IN ('Lead', 'Contact'), 0, f.planned_at - 604800000)
                        AND (f.object IN ('Lead', 'Contact') OR h.external_key = f.external_key OR h.fields = f.fields)
                    LIMIT 1)
                WHERE f.id > :from AND f.id <= :to AND f.state = 'confirmed' AND f.created_record = 1
                """
            )
        ]
    )

    /// An opt-out is never undone by the machine: false is written only after a subscribe that followed the last opt-out.
    static let invariant3 = CheckQuery(
        name: "invariant3",
        promise: "No opt-out was undone.",
        broken: "HasOptedOutOfEmail was written as false without a later subscribe.",
        parts: [
            Part(
                "effect",
                walks: "id",
                """
                SELECT f.id AS row, 'writes HasOptedOutOfEmail = false to ' || f.object || ' '
                    || coalesce(f.record_id, f.external_key, '?') || ' (' || f.state || ')' AS sentence
                FROM effect AS f
                WHERE f.id > :from AND f.id <= :to AND json_extract(f.fields, '$.HasOptedOutOfEmail') = 0
                    AND NOT EXISTS (
                        SELECT 1 FROM consent_change AS s
                        WHERE s.person = f.person AND s.change = 'subscribed' AND s.recorded_at <= f.planned_at
                            AND s.occurred_at > (
                                SELECT coalesce(max(o.occurred_at), 0) FROM consent_change AS o
                                WHERE o.person = f.person AND o.change = 'opted_out' AND o.recorded_at <= f.planned_at))
                """
            )
        ]
    )

    /// An opt-out completes only when every record is read back, or none exists (rule 8), and is remembered.
    ///
    /// The repair of a drift carries out what is remembered already; it is ignored where the person came back meanwhile.
    static let invariant4 = CheckQuery(
        name: "invariant4",
        promise: "Every opt-out that counts as carried out was read back from Salesforce, and is remembered.",
        broken: "Opt-outs count as carried out without the proof.",
        parts: [
            Part(
                "event",
                walks: "id",
                """
                SELECT e.id AS row, CASE
                    WHEN e.action <> 'opt_out_drift'
                        AND NOT EXISTS (SELECT 1 FROM consent_change AS c WHERE c.event_id = e.id)
                        THEN 'is an opt-out that consent_change does not know'
                    WHEN EXISTS (
                        SELECT 1 FROM effect_event AS ee JOIN effect AS f ON f.id = ee.effect_id
                        WHERE ee.event_id = e.id AND f.kind IN ('optout.lead', 'optout.contact'))
                        THEN 'is completed, but a record of it was not read back'
                    ELSE 'is completed as ' || e.outcome || ', but no record was written and read back'
                    END AS sentence
                FROM event AS e
                WHERE e.id > :from AND e.id <= :to AND e.opt_out = 1 AND (
                    (e.person IS NOT NULL AND e.action <> 'opt_out_drift'
                        AND NOT EXISTS (SELECT 1 FROM consent_change AS c WHERE c.event_id = e.id))
                    OR (e.state = 'completed' AND EXISTS (
                        SELECT 1 FROM effect_event AS ee JOIN effect AS f ON f.id = ee.effect_id
                        WHERE ee.event_id = e.id AND f.kind IN ('optout.lead', 'optout.contact')
                            AND f.state <> 'failed' AND f.verified_at IS NULL))
                    OR (e.state = 'completed' AND e.outcome NOT IN ('unknownPerson', 'otherLists')
                        AND NOT (e.action = 'opt_out_drift' AND e.outcome = 'ignored') AND NOT EXISTS (
                        SELECT 1 FROM effect_event AS ee JOIN effect AS f ON f.id = ee.effect_id
                        WHERE ee.event_id = e.id AND f.kind IN ('optout.lead', 'optout.contact')
                            AND (f.verified_at IS NOT NULL OR f.error_text = 'The record is gone.'))))
                """
            )
        ]
    )
}
