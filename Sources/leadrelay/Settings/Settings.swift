import Configuration
import Foundation
import Journal
import Logging
import Model

/// Everything that can be configured, typed and checked.
///
/// What a command needs and nobody set is not an error here: each command asks for what it needs with one of the
/// `require…` functions.
struct Settings: Hashable, Sendable {
    var journal: Journal
    var ingest: Ingest
    var getResponse: GetResponse
    var salesforce: Salesforce
    var worker: Worker
    var sync: Sync
    var optOut: OptOut
    var log: Log

    /// Reads all settings; the sources must be checked before (see `load`).
    ///
    /// - Throws: swift-configuration's error, where a setting without a default is read as if it had one.
    init(_ reader: ConfigReader) throws {
        journal = try Journal(reader.scoped(to: "journal"))
        ingest = try Ingest(reader.scoped(to: "ingest"))
        getResponse = try GetResponse(reader.scoped(to: "getresponse"))
        salesforce = try Salesforce(reader.scoped(to: "salesforce"))
        worker = try Worker(reader.scoped(to: "worker"))
        sync = try Sync(reader.scoped(to: "sync"))
        optOut = try OptOut(reader.scoped(to: "optOut"))
        log = try Log(reader.scoped(to: "log"))
    }
}

extension Settings {
    /// The settings under `journal`.
    struct Journal: Hashable, Sendable {
        var path: String
        /// The chain's secret; nil leaves it to the file `PATH.key`.
        var key: Secret?
        var migrate: JournalConfiguration.MigrationMode
        var walAlarmBytes: Int
        var retention: Retention

        init(_ reader: ConfigReader) throws {
            path = try reader.requiredString(forKey: "path")
            key = reader.secret(forKey: "key")
            migrate = try reader.requiredString(forKey: "migrate", as: JournalConfiguration.MigrationMode.self)
            walAlarmBytes = try reader.requiredInt(forKey: "walAlarmBytes")
            retention = try Retention(reader.scoped(to: "retention"))
        }
    }

    /// The settings under `ingest`.
    struct Ingest: Hashable, Sendable {
        var host: String
        /// 0 takes a free one.
        var port: Int
        var token: Secret?
        /// What the world sees of ingest, behind the proxy.
        var publicURL: ServiceURL?
        var maxBodyBytes: Int
        var maxQueued: Int

        init(_ reader: ConfigReader) throws {
            host = try reader.requiredString(forKey: "host")
            port = try reader.requiredInt(forKey: "port")
            token = reader.secret(forKey: "token")
            publicURL = try reader.string(forKey: "publicURL").map { try ServiceURL($0) }
            maxBodyBytes = try reader.requiredInt(forKey: "maxBodyBytes")
            maxQueued = try reader.requiredInt(forKey: "maxQueued")
        }
    }

    /// The settings under `log`.
    struct Log: Hashable, Sendable {
        var level: Logger.Level
        var format: LogFormat

        init(_ reader: ConfigReader) throws {
            level = try reader.requiredString(forKey: "level", as: Logger.Level.self)
            format = try reader.requiredString(forKey: "format", as: LogFormat.self)
        }
    }

    /// How a log line is written.
    enum LogFormat: String, CaseIterable, Sendable {
        /// For people.
        case text
        /// One object a line, for collectors.
        case json
    }
}

extension ConfigReader {
    /// A value that must not be shown, also not in swift-configuration's access log.
    func secret(forKey key: ConfigKey) -> Secret? {
        string(forKey: key, isSecret: true).map(Secret.init)
    }

    /// A list of mappings, as `SettingsProvider` hands it over; empty where nobody sets it.
    func entries(forKey key: ConfigKey) throws -> [[String: String]] {
        guard let text = string(forKey: key) else { return [] }
        return try JSONDecoder().decode([[String: String]].self, from: Data(text.utf8))
    }

    /// A value as `SettingDuration` reads it.
    func duration(forKey key: ConfigKey) throws -> Duration {
        try requiredString(forKey: key, as: SettingDuration.self).duration
    }
}
