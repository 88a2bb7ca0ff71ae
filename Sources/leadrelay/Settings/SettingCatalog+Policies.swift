import Model
import Planning

/// The settings of the worker, of the mapping and of the log.
extension SettingCatalog {
    private static let fieldNames = SalesforceFieldNames()

    static let salesforceFields = [
        field("contactID", fieldNames.contactID, "Lead: external id (Text, unique) for GetResponse's contact id."),
        field("listID", fieldNames.listID, "Lead: text, the id of the list."),
        field("tags", fieldNames.tags, "Lead: text area, the tags."),
        field("subscriptionDate", fieldNames.subscriptionDate, "Lead: date and time of the subscription."),
        field("lastEmailOpened", fieldNames.lastEmailOpened, "Lead: date and time of the last open."),
        field(
            "lastUnsubscribeDate",
            fieldNames.lastUnsubscribeDate,
            "Optional: date and time of the last unsubscribe."
        ),
        field("score", fieldNames.score, "Optional: number, the score."),
        field("eventKey", fieldNames.eventKey, "Optional, on Activity: external id (Text, unique) of a Task."),
    ]

    private static func laneWeight(_ lane: String, _ weight: Int, _ what: String) -> SettingKey {
        SettingKey(
            "worker.lanes.\(lane)",
            .integer(1...100),
            default: String(weight),
            "How many turns the lane `\(lane)` (\(what)) takes among the lanes that have waited for too long."
        )
    }

    static let worker = [
        SettingKey(
            "worker.adminPort",
            .integer(0...65_535),
            default: "9101",
            "The port of health and metrics on loopback; 0 takes a free one."
        ),
        SettingKey(
            "worker.concurrency",
            .integer(1...1000),
            default: "400",
            "How many events are worked on at once, beside one place: opt-outs and the rest leave each other one."
        ),
        laneWeight("signal", 8, "tags"),
        laneWeight("lead", 4, "subscribes and webinars"),
        laneWeight("activity", 2, "opens and clicks"),
        laneWeight("bulk", 1, "history"),
        SettingKey(
            "worker.lanes.patience",
            .duration(.zero ... .seconds(86_400)),
            default: "5m",
            "How long a lane's first event waits behind more urgent lanes before its lane takes turns with them."
        ),
        SettingKey(
            "worker.leaseDuration",
            .duration(.seconds(12) ... .seconds(3600)),
            default: "30s",
            "How long a claim holds unless it is renewed; a dead worker's events are free again after it."
        ),
        SettingKey(
            "worker.shutdownGrace",
            .duration(.zero ... .seconds(600)),
            default: "20s",
            "How long SIGTERM leaves for what is in hand before leases are given back."
        ),
        SettingKey(
            "worker.maxAttempts",
            .integer(1...100),
            default: "20",
            "How many tries an event gets before it is a dead letter; an opt-out gets ten times as many."
        ),
        SettingKey(
            "worker.retryBase",
            .duration(.milliseconds(1) ... .seconds(3600)),
            default: "1s",
            "The longest wait before the second try; it doubles with each further one."
        ),
        SettingKey(
            "worker.retryCap",
            .duration(.milliseconds(1) ... .seconds(86_400)),
            default: "1h",
            "The longest wait before any try; before an opt-out's it is a minute at most."
        ),
        SettingKey(
            "worker.duplicateWindow",
            .duration(.zero ... .seconds(86_400)),
            default: "10m",
            "How long the same content without a delivery id counts as told twice."
        ),
    ]

    static let sync = [
        SettingKey(
            "sync.existingContact",
            .choice(ExistingContactPolicy.allCases.map(\.rawValue)),
            default: "update",
            "What a subscribe does when only a Contact has its address: update it, also make a Lead, or ignore it."
        ),
        SettingKey(
            "sync.name.placeholder",
            .text,
            example: "Unknown",
            "FirstName where a contact has a single name; without it FirstName stays empty."
        ),
        SettingKey("sync.leadSource", .text, default: "Email Marketing", "LeadSource of Leads."),
        SettingKey("sync.status", .text, default: "Open - Not Contacted", "Status of a Lead when it is created."),
        SettingKey("sync.unsubscribedStatus", .text, default: "Unsubscribed", "Status of a Lead that opted out."),
        SettingKey(
            "sync.companyField",
            .text,
            default: "company",
            "The GetResponse custom field that holds the company."
        ),
        SettingKey(
            "sync.titleField",
            .text,
            default: "job_title",
            "The GetResponse custom field that holds the title."
        ),
        SettingKey(
            "sync.highIntentTags",
            .list(of: nil),
            default: ["pricing_page_visited", "demo_watched", "free_trial_started"],
            fileOnly: true,
            "The tags that set a Lead's Rating to Hot."
        ),
        SettingKey(
            "sync.resubscribe",
            .choice(ResubscribePolicy.allCases.map(\.rawValue)),
            default: ResubscribePolicy.keep.rawValue,
            "Whether an opt-out stays when the person subscribes again, or is taken back where only LeadRelay had set it."
        ),
        SettingKey(
            "sync.resubscribeOrigins",
            .list(of: nil),
            default: ["www", "landing_page", "webinar"],
            fileOnly: true,
            "The origins of a subscribe that are the person's own doing, for sync.resubscribe."
        ),
        SettingKey(
            "sync.campaigns",
            entries: [
                SettingPart("list", .text), SettingPart("origin", .text), SettingPart("tag", .text),
                SettingPart("campaign", .recordID(prefix: "701"), isRequired: true), SettingPart("status", .text),
            ],
            example: "[{list: abc123def, campaign: 701000000000001AAA, status: Registered}]",
            "Whom a Salesforce campaign takes in, by list, origin (such as webinar) and tag, and with which status."
        ),
        SettingKey(
            "sync.memberStatuses",
            .list(of: nil),
            default: MemberProgress.standardOrder,
            fileOnly: true,
            "The statuses of campaign members from the first to the last; a member's never goes back."
        ),
        SettingKey(
            "sync.tasks.opens",
            .choice(OpenTasks.allCases.map(\.rawValue)),
            default: "perMessage",
            "Which opens become Tasks: the first of each person and message, every one, or none."
        ),
        SettingKey(
            "sync.tasks.clicks",
            .choice(ClickTasks.allCases.map(\.rawValue)),
            default: "every",
            "Which clicks become Tasks: every one, the first of each person, message and link, or none."
        ),
        SettingKey(
            "sync.tasks.dailyLimit",
            .integer(0...10_000),
            default: "20",
            "The most Tasks of one person and day (UTC), beyond which there are none; 0 is any number."
        ),
        SettingKey(
            "sync.orphanWait",
            .duration(.zero ... .seconds(7 * 86_400)),
            default: "10m",
            "How long a tag, open or click of somebody without a record waits for one."
        ),
        SettingKey(
            "sync.profileMaxAge",
            .duration(.zero ... .seconds(30 * 86_400)),
            default: "1h",
            "For how long a profile fetched from GetResponse is used again instead of asking anew."
        ),
    ]

    static let optOut = [
        SettingKey(
            "optOut.reasons",
            .list(of: [
                "unsubscribe", "complaint", "blacklisted", "bounce", "user", "api", "automation", "cleaner", "support",
            ]),
            default: ["unsubscribe", "complaint", "blacklisted"],
            "Which of GetResponse's reasons for a removal opt the person out."
        ),
        SettingKey(
            "optOut.scope",
            .choice(OptOutScope.allCases.map(\.rawValue)),
            default: OptOutScope.anyList.rawValue,
            "Whether leaving any list opts the person out, or only leaving all lists that are known."
        ),
        SettingKey(
            "optOut.deadline",
            .duration(.seconds(1) ... .seconds(86_400)),
            default: "5m",
            "How long an opt-out may take until it is overdue."
        ),
        SettingKey(
            "optOut.reconcileInterval",
            .duration(.zero ... .seconds(30 * 86_400)),
            default: "6h",
            "How often GetResponse is asked who was removed, for what callbacks never told; 0 is never."
        ),
        SettingKey(
            "optOut.since",
            .start,
            default: "journal",
            "Only removals later than this opt out when they are found afterwards: `journal` (its making), a time, or `all`."
        ),
        SettingKey(
            "optOut.sweepInterval",
            .duration(.zero ... .seconds(30 * 86_400)),
            default: "1d",
            "How often Leads and Contacts that changed in Salesforce are searched for lost opt-outs; 0 is never."
        ),
        SettingKey(
            "optOut.fullSweepDays",
            .integer(1...3650),
            default: "30",
            "After how many days a sweep looks at every Lead and Contact, changed or not."
        ),
        SettingKey(
            "optOut.drift",
            .choice(DriftPolicy.allCases.map(\.rawValue)),
            default: "repair",
            "What a sweep does about a record that may be mailed against its person's will: repair it, or only report it."
        ),
    ]

    static let log = [
        SettingKey(
            "log.level",
            .choice(["trace", "debug", "info", "notice", "warning", "error", "critical"]),
            default: "info",
            "The least severe level that is logged."
        ),
        SettingKey(
            "log.format",
            .choice(Settings.LogFormat.allCases.map(\.rawValue)),
            default: "text",
            "How a log line is written: for people, or one JSON object a line."
        ),
    ]

    private static func field(_ name: String, _ standard: String, _ documentation: String) -> SettingKey {
        SettingKey("salesforce.fields.\(name)", .fieldName, default: standard, documentation)
    }
}
