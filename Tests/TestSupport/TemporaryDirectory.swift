package import Foundation

/// A folder of a test's own, gone when the last reference is.
package final class TemporaryDirectory: Sendable {
    package let url: URL

    /// Makes the folder in another one; nil is the usual place for what is temporary.
    package init(in parent: URL? = nil) throws {
        url = (parent ?? FileManager.default.temporaryDirectory)
            .appendingPathComponent("leadrelay-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    package func path(_ name: String) -> String {
        url.appendingPathComponent(name).path
    }
}
