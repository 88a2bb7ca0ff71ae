import Logging

/// Where log lines go: standard error, as text or as JSON.
enum LogSetup {
    /// Sets the process's log handler; to be called once.
    static func bootstrap(_ log: Settings.Log, label: String) -> Logger {
        LoggingSystem.bootstrap { label in
            switch log.format {
            case .text: StreamLogHandler.standardError(label: label)
            case .json: JSONLogHandler(label: label)
            }
        }
        return logger(log, label: label)
    }

    /// A logger at the configured level, for a command that leaves the process's handler alone.
    static func logger(_ log: Settings.Log, label: String) -> Logger {
        var logger = Logger(label: label)
        logger.logLevel = log.level
        return logger
    }
}
