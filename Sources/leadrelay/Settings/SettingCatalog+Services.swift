/// The settings of the journal, of ingest and of both APIs.
extension SettingCatalog {
    static let journal = [
        SettingKey(
            "journal.path",
            .text,
            default: "leadrelay.sqlite",
            "The SQLite file, on a local disk; its -wal, -shm, .lock and .key stand beside it."
        ),
        SettingKey(
            "journal.key",
            .text,
            example: "CHANGE-ME",
            isSecret: true,
            "Keys the chain that shows tampering, and must not change later; without it the file PATH.key does."
        ),
        SettingKey(
            "journal.migrate",
            .choice(["auto", "never"]),
            default: "auto",
            "Whether ingest and worker bring the schema up to date at start, or leave it to `leadrelay migrate`."
        ),
        SettingKey(
            "journal.walAlarmBytes",
            .integer(1 << 20...1 << 40),
            default: "268435456",
            "The size of the write-ahead log, in bytes, from which on one that a reader keeps from being emptied is an alarm."
        ),
    ]

    static let retention = [
        retention(
            "callbacks",
            "90d",
            "How long the raw contents of a callback are kept once all its events are finished"
        ),
        retention("optOutCallbacks", "0s", "The same for callbacks that told of an opt-out"),
        retention("events", "365d", "How long a finished event's payload is kept; opt-outs keep theirs"),
        retention("effects", "365d", "How long writes to Salesforce are kept; what was written for an opt-out stays"),
        retention("requests", "30d", "How long the ledger of GetResponse requests is kept"),
        retention("profiles", "180d", "How long contact details that were fetched from GetResponse are kept"),
    ]

    private static func retention(_ name: String, _ standard: String, _ documentation: String) -> SettingKey {
        SettingKey(
            "journal.retention.\(name)",
            .duration(.zero ... .seconds(36_500 * 86_400)),
            default: standard,
            "\(documentation); 0 is for ever."
        )
    }

    static let ingest = [
        SettingKey("ingest.host", .text, default: "127.0.0.1", "The address that ingest listens on."),
        SettingKey(
            "ingest.port",
            .integer(0...65_535),
            default: "8080",
            "The port that ingest listens on; 0 takes a free one."
        ),
        SettingKey(
            "ingest.token",
            .pathToken,
            example: "CHANGE-ME",
            isSecret: true,
            "Lets callbacks in, as the last part of their URL: /webhooks/getresponse/TOKEN; ingest requires it."
        ),
        SettingKey(
            "ingest.publicURL",
            .url,
            example: "https://relay.example.com",
            "What comes before /webhooks/ in the callback's URL; doctor then says whether GetResponse sends callbacks here."
        ),
        SettingKey(
            "ingest.maxBodyBytes",
            .integer(1...1 << 30),
            default: "1048576",
            "The largest body that is accepted, in bytes; a larger one is answered 413."
        ),
        SettingKey(
            "ingest.maxQueued",
            .integer(1...1_000_000),
            default: "10000",
            "How many callbacks may wait for their commit before further ones are answered 503."
        ),
    ]

    static let getResponse = [
        SettingKey(
            "getresponse.baseURL",
            .url,
            default: "https://api.getresponse.com/v3",
            "GetResponse's API; for MAX https://api3.getresponse360.com/v3 (or .pl)."
        ),
        SettingKey(
            "getresponse.apiKey",
            .credential,
            example: "CHANGE-ME",
            isSecret: true,
            "The API key of the GetResponse account; worker requires it."
        ),
        SettingKey(
            "getresponse.domain",
            .domain,
            example: "example.com",
            "The account's domain (X-Domain), which MAX requires and other plans must not send."
        ),
        SettingKey(
            "getresponse.plan",
            .choice(Settings.Plan.allCases.map(\.rawValue)),
            default: "standard",
            "How many requests an hour the account may send: standard 400, max 5,000."
        ),
        SettingKey(
            "getresponse.hourlyCap",
            .integer(1...1_000_000),
            example: "400",
            "Requests an hour instead of the plan's number, where other programs share the account."
        ),
        SettingKey(
            "getresponse.burst",
            .integer(0...100),
            default: "10",
            "Percent of the cap that may leave faster than evenly after idle time; the rest is spread over the hour."
        ),
        SettingKey(
            "getresponse.bulkReserve",
            .integer(0...100),
            default: "20",
            "Percent of the cap that history (the lane bulk) leaves to everything else."
        ),
        SettingKey(
            "getresponse.upkeepShare",
            .integer(0...50),
            default: "5",
            "Percent of the cap, at least one request, that goes first to reconcile, drift checks and commands."
        ),
        SettingKey(
            "getresponse.perSecond",
            .integer(2...1000),
            default: "80",
            "Requests that GetResponse takes in one second; must be more than getresponse.inFlight."
        ),
        SettingKey(
            "getresponse.inFlight",
            .integer(1...50),
            default: "10",
            "Requests that GetResponse takes at a time."
        ),
        SettingKey(
            "getresponse.perTenMinutes",
            .integer(100...1_000_000),
            default: "30000",
            "Requests that GetResponse takes in ten minutes, whatever the plan."
        ),
    ]

    static let salesforce = [
        SettingKey(
            "salesforce.loginURL",
            .salesforceURL,
            example: "https://example.my.salesforce.com",
            "The org's My Domain address; worker requires it."
        ),
        SettingKey(
            "salesforce.clientID",
            .credential,
            example: "CHANGE-ME",
            "The consumer key of the connected app; worker requires it."
        ),
        SettingKey(
            "salesforce.clientSecret",
            .credential,
            example: "CHANGE-ME",
            isSecret: true,
            "The consumer secret, for the client credentials flow."
        ),
        SettingKey(
            "salesforce.username",
            .text,
            example: "integration@example.com",
            "The user to act as, for the JWT bearer flow (instead of the secret)."
        ),
        SettingKey(
            "salesforce.privateKeyPath",
            .text,
            example: "/etc/leadrelay/salesforce.pem",
            "The PEM file of the private key, for the JWT bearer flow."
        ),
        SettingKey(
            "salesforce.apiVersion",
            .apiVersion,
            default: "v59.0",
            "The version of Salesforce's REST API."
        ),
        SettingKey(
            "salesforce.lostAnswerWait",
            .duration(.zero ... .seconds(86_400)),
            default: "10m",
            "How long a write that can only be looked for is looked for after its answer was lost, before it is sent again."
        ),
        SettingKey(
            "salesforce.assignOnCreate",
            .assignment,
            default: "false",
            "Whether assignment rules give new Leads their owner: false, true (the active rule) or a rule's id."
        ),
        SettingKey(
            "salesforce.batchSize",
            .integer(1...200),
            default: "200",
            "How many people or rows one call to Salesforce serves at most; 1 sends each row by itself."
        ),
        SettingKey(
            "salesforce.batchLinger",
            .duration(.zero ... .seconds(10)),
            default: "200ms",
            "How long the first of a batch waits for others, in a crowd up to three times as long; an opt-out waits for none."
        ),
        SettingKey(
            "salesforce.apiUsagePause",
            .integer(1...100),
            default: "80",
            "Percent of the org's API calls of 24 hours from which on opens, clicks and history wait; from 95 all but opt-outs do."
        ),
    ]
}
