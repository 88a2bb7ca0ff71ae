import Logging
import Synchronization

/// Keeps what is logged.
final class LogRecorder: Sendable {
    struct Entry: Sendable, Equatable {
        var level: Logger.Level
        var message: String
    }

    private let kept = Mutex<[Entry]>([])

    var entries: [Entry] { kept.withLock { $0 } }

    var logger: Logger { Logger(label: "recorder") { _ in Handler(recorder: self) } }

    private struct Handler: LogHandler {
        let recorder: LogRecorder
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            recorder.kept.withLock { $0.append(Entry(level: event.level, message: "\(event.message)")) }
        }
    }
}
