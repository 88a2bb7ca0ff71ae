import Foundation

/// Why a text file could not be read.
enum TextFileFault: Error, Hashable, Sendable {
    case missing
    /// The reason as the second half of a sentence.
    case unreadable(String)

    var reason: String {
        switch self {
        case .missing: "there is no such file"
        case .unreadable(let reason): reason
        }
    }
}

/// How settings see files: the text at a path.
///
/// A test hands in a dictionary instead of a disk.
typealias TextFileReading = (String) throws(TextFileFault) -> String

/// Text files on disk.
enum TextFile {
    /// Reads the whole file as UTF-8.
    static func read(_ path: String) throws(TextFileFault) -> String {
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch let error as CocoaError where error.code == .fileReadNoSuchFile {
            throw .missing
        } catch let error as CocoaError where error.code == .fileReadNoPermission {
            throw .unreadable("this user may not read it")
        } catch {
            throw .unreadable("it is not a file that can be read")
        }
        guard let text = String(bytes: data, encoding: .utf8) else { throw .unreadable("it is not UTF-8 text") }
        return text
    }
}
