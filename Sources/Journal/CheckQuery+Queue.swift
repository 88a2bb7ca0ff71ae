extension CheckQuery {
    /// The cap holds.
    ///
    /// The row so many places before is looked at: ids are in the order of the grants whatever the clocks did, and the time
    /// between two rows of one boot is told by the boot clock, else by wall time.
    static let invariant5 = CheckQuery(
        name: "invariant5",
        promise: "No 3,600 seconds held more GetResponse requests than the cap.",
        broken: "More GetResponse requests left within 3,600 seconds than the cap that is set now.",
        parts: [
            Part(
                "api_request",
                walks: "id",
                """
                WITH numbered AS (
                    SELECT r.id, r.granted_at, r.granted_boot, r.boot_id,
                        lag(r.granted_at, :cap) OVER by_grant AS earlier_at,
                        lag(r.granted_boot, :cap) OVER by_grant AS earlier_boot,
                        lag(r.boot_id, :cap) OVER by_grant AS earlier_boot_id
                    FROM api_request AS r
                    WHERE r.id <= :to AND r.id > coalesce(
                        (SELECT p.id FROM api_request AS p WHERE p.id <= :from ORDER BY p.id DESC LIMIT 1 OFFSET :cap), 0)
                    WINDOW by_grant AS (ORDER BY r.id)
                )
                SELECT id AS row, 'is request number ' || (:cap + 1) || ' within '
                    || round(max(0, iif(boot_id = earlier_boot_id, granted_boot - earlier_boot, granted_at - earlier_at))
                        / 1000.0, 3) || ' seconds' AS sentence
                FROM numbered
                WHERE id > :from AND iif(
                    boot_id = earlier_boot_id, granted_boot - earlier_boot, granted_at - earlier_at) < 3600000
                """
            )
        ]
    )

    /// One person at a time.
    static let invariant6 = CheckQuery(
        name: "invariant6",
        promise: "No two events of one person or contact are in hand.",
        broken: "Events of one person or contact are in hand together.",
        parts: [
            Part(
                "event",
                """
                SELECT r.id AS row, 'is in the hands of ' || coalesce(r.lease_owner, '?') || ' while event ' || o.id
                    || ' of the same ' || iif(o.contact_id = r.contact_id, 'contact', 'person') || ' is in those of '
                    || coalesce(o.lease_owner, '?') AS sentence
                FROM event AS r INDEXED BY event_running_by_person JOIN event AS o INDEXED BY event_running_by_person ON o.id < r.id
                WHERE r.state = 'running' AND o.state = 'running' AND (
                    o.person = r.person OR o.contact_id = r.contact_id OR o.previous_person = r.person
                    OR o.person = r.previous_person OR o.previous_person = r.previous_person)
                """
            ),
            // Claims tell people apart by it.
            Part(
                "event",
                walks: "id",
                """
                SELECT e.id AS row, 'has another number than other events of its person' AS sentence
                FROM event AS e
                WHERE e.id > :from AND e.id <= :to AND e.person_number IS NOT (
                    SELECT p.person_number FROM event AS p WHERE p.person = e.person LIMIT 1)
                """
            ),
        ]
    )

    /// Nothing is dropped in silence: every end has its reason, every try its row, and nothing waits for what never comes.
    static let invariant7 = CheckQuery(
        name: "invariant7",
        promise: "Every callback became events, every end has its reason, and no event is stuck.",
        broken: "Events or callbacks were dropped in silence, or wait for nothing.",
        parts: [
            Part(
                "event",
                walks: "id",
                """
                SELECT row, sentence FROM (
                    SELECT e.id AS row, CASE
                        WHEN e.state = 'completed' AND e.outcome IS NULL THEN 'is completed without an outcome'
                        WHEN e.state = 'dead' AND e.last_error IS NULL THEN 'is dead without an error'
                        WHEN e.state = 'discarded' AND coalesce(trim(e.discard_reason), '') = ''
                            THEN 'is discarded without a reason'
                        WHEN (e.state IN ('completed', 'dead', 'discarded')) <> (e.finalized_at IS NOT NULL)
                            THEN 'is ' || e.state || ', which does not go with its finalized_at'
                        WHEN e.state = 'running' AND (e.lease_owner IS NULL OR e.lease_until IS NULL)
                            THEN 'is running without a lease: nobody will take it back'
                        WHEN e.claim - (e.state = 'running')
                            <> (SELECT count(*) FROM attempt AS a WHERE a.event_id = e.id)
                            THEN 'was claimed ' || e.claim || ' times, but has '
                                || (SELECT count(*) FROM attempt AS a WHERE a.event_id = e.id) || ' attempts'
                        WHEN e.waits_for = 'profile' AND e.contact_id IS NULL
                            THEN 'waits for the profile of nobody'
                        WHEN e.state IN ('retryable', 'snoozed') AND e.available_at > :now + 2678400000
                            THEN 'waits for more than a month'
                        WHEN e.state = 'available' AND NOT EXISTS (SELECT 1 FROM ready AS r WHERE r.event_id = e.id)
                            AND EXISTS (SELECT 1 FROM claimable_event AS c WHERE c.id = e.id)
                            THEN 'may be claimed, but is not in ready: no worker will find it'
                        WHEN e.action <> 'enrich' AND NOT EXISTS (
                            SELECT 1 FROM delivery AS d WHERE d.event_id = e.id)
                            THEN 'comes from no callback'
                        WHEN e.state = 'available' AND e.lane < 4 AND e.available_at < :now - 86400000
                            AND NOT EXISTS (
                                SELECT 1 FROM event AS w
                                WHERE w.person = e.person AND w.id <> e.id AND (w.state = 'running' OR (
                                    w.state IN ('available', 'retryable')
                                    AND (w.occurred_at, w.id) < (e.occurred_at, e.id))))
                            AND NOT EXISTS (
                                SELECT 1 FROM event AS w
                                WHERE w.contact_id = e.contact_id AND w.id <> e.id AND (w.state = 'running' OR (
                                    w.state IN ('available', 'retryable')
                                    AND (w.occurred_at, w.id) < (e.occurred_at, e.id))))
                            THEN 'has been available for over a day with nothing of its person before it: does a worker run?'
                        END AS sentence
                    FROM event AS e WHERE e.id > :from AND e.id <= :to
                ) WHERE sentence IS NOT NULL
                """
            ),
            Part(
                "callback",
                walks: "id",
                """
                SELECT c.id AS row, 'is decoded, but became nothing' AS sentence
                FROM callback AS c
                WHERE c.id > :from AND c.id <= :to AND c.id <= \(decodeCursor)
                    AND NOT EXISTS (SELECT 1 FROM delivery AS d WHERE d.callback_id = c.id)
                """
            ),
            Part(
                "delivery",
                walks: "callback_id",
                """
                SELECT d.callback_id AS row, 'points at event ' || d.event_id || ', which is not there' AS sentence
                FROM delivery AS d
                WHERE d.callback_id > :from AND d.callback_id <= :to
                    AND NOT EXISTS (SELECT 1 FROM event AS e WHERE e.id = d.event_id)
                """
            ),
        ]
    )
}
