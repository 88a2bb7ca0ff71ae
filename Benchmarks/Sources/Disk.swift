import Foundation

/// The disk by itself: how often a small write can be made durable, which bounds everything that is.
enum Disk {
    /// `fdatasync` calls a second, each after a write of one page, over about half a second.
    static func syncsPerSecond(in folder: String) throws -> Double {
        let path = folder + "/raw-sync"
        let descriptor = open(path, O_CREAT | O_RDWR | O_TRUNC, 0o600)
        guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
        defer {
            close(descriptor)
            unlink(path)
        }
        let page = [UInt8](repeating: 7, count: 4096)
        var count = 0
        let start = ContinuousClock.now
        while start.duration(to: .now) < .milliseconds(500) {
            guard pwrite(descriptor, page, page.count, off_t(count % 256 * page.count)) == page.count,
                fdatasync(descriptor) == 0
            else { throw CocoaError(.fileWriteUnknown) }
            count += 1
        }
        return Double(count) / start.duration(to: .now).seconds
    }

    /// Waits until nothing written before is on its way to the disk, so that it does not disturb what is measured next.
    static func settle() {
        sync()
    }
}

extension Duration {
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
