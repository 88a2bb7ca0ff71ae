import Configuration
import Model
import Salesforce

extension Settings {
    /// The settings under `getresponse`.
    struct GetResponse: Hashable, Sendable {
        var baseURL: ServiceURL
        var apiKey: Secret?
        var domain: String?
        var plan: Plan
        /// As it is set; `requestsPerHour` is what holds.
        var hourlyCap: Int?
        /// In percent of the cap, as are the next two.
        var burst: Int
        var bulkReserve: Int
        var upkeepShare: Int
        /// GetResponse's own limits.
        var perSecond: Int
        var inFlight: Int
        var perTenMinutes: Int
        /// Stands in for the hour in a test against loopback; no setting.
        var testWindow: Duration?

        /// The most requests in any hour: the cap, else the plan's number.
        var requestsPerHour: Int { hourlyCap ?? plan.requestsPerHour }

        init(_ reader: ConfigReader) throws {
            baseURL = try ServiceURL(reader.requiredString(forKey: "baseURL"))
            apiKey = reader.secret(forKey: "apiKey")
            domain = reader.string(forKey: "domain")
            plan = try reader.requiredString(forKey: "plan", as: Plan.self)
            hourlyCap = reader.int(forKey: "hourlyCap")
            burst = try reader.requiredInt(forKey: "burst")
            bulkReserve = try reader.requiredInt(forKey: "bulkReserve")
            upkeepShare = try reader.requiredInt(forKey: "upkeepShare")
            perSecond = try reader.requiredInt(forKey: "perSecond")
            inFlight = try reader.requiredInt(forKey: "inFlight")
            perTenMinutes = try reader.requiredInt(forKey: "perTenMinutes")
        }
    }

    /// What the GetResponse account may send.
    enum Plan: String, CaseIterable, Sendable {
        case standard
        case max

        var requestsPerHour: Int {
            switch self {
            case .standard: 400
            case .max: 5000
            }
        }
    }

    /// The settings under `salesforce`.
    struct Salesforce: Hashable, Sendable {
        var loginURL: ServiceURL?
        var clientID: String?
        var clientSecret: Secret?
        var username: String?
        var privateKeyPath: String?
        var apiVersion: String
        var lostAnswerWait: Duration
        var assignOnCreate: WriteOptions.AutoAssign
        var batchSize: Int
        var batchLinger: Duration
        /// In percent of the org's API calls of 24 hours.
        var apiUsagePause: Int
        var fields: SalesforceFieldNames

        init(_ reader: ConfigReader) throws {
            loginURL = try reader.string(forKey: "loginURL").map { try ServiceURL($0) }
            clientID = reader.string(forKey: "clientID")
            clientSecret = reader.secret(forKey: "clientSecret")
            username = reader.string(forKey: "username")
            privateKeyPath = reader.string(forKey: "privateKeyPath")
            apiVersion = try reader.requiredString(forKey: "apiVersion")
            lostAnswerWait = try reader.duration(forKey: "lostAnswerWait")
            assignOnCreate = WriteOptions.AutoAssign(setting: try reader.requiredString(forKey: "assignOnCreate"))
            batchSize = try reader.requiredInt(forKey: "batchSize")
            batchLinger = try reader.duration(forKey: "batchLinger")
            apiUsagePause = try reader.requiredInt(forKey: "apiUsagePause")
            fields = try SalesforceFieldNames(reader.scoped(to: "fields"))
        }

        /// The same as a share of all.
        var apiUsageShare: Double { Double(apiUsagePause) / 100 }
    }
}

extension SalesforceFieldNames {
    fileprivate init(_ reader: ConfigReader) throws {
        self.init()
        contactID = try reader.requiredString(forKey: "contactID")
        listID = try reader.requiredString(forKey: "listID")
        tags = try reader.requiredString(forKey: "tags")
        subscriptionDate = try reader.requiredString(forKey: "subscriptionDate")
        lastEmailOpened = try reader.requiredString(forKey: "lastEmailOpened")
        lastUnsubscribeDate = try reader.requiredString(forKey: "lastUnsubscribeDate")
        score = try reader.requiredString(forKey: "score")
        eventKey = try reader.requiredString(forKey: "eventKey")
    }
}

extension WriteOptions.AutoAssign {
    /// - Parameter setting: A value of `salesforce.assignOnCreate` that was found fine.
    fileprivate init(setting: String) {
        switch setting.lowercased() {
        case "false", "no", "0": self = .never
        case "true", "yes", "1": self = .active
        default: self = .rule(id: setting)
        }
    }
}
