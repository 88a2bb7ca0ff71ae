import Foundation

/// Tells whether anything in this process can still happen at the present moment of a clock that stands still.
///
/// Nothing can when every thread sleeps and none has run between two looks: what comes over loopback wakes its reader before
/// the sender sleeps, and so does one thread another. A thread that waits for the disk counts as awake.
struct Stillness {
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 8192, alignment: 8)
    private let watcher: Int?

    /// Must be made on the thread that looks, which is not looked at.
    init() {
        watcher = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self"))
            .flatMap { $0.split(separator: "/").last.flatMap { Int($0) } }
    }

    /// Looks twice.
    func isStill() -> Bool {
        #if os(Linux)
        guard let first = switches() else { return false }
        return switches() == first
        #else
        // Without /proc a rest must do, longer than anything here goes on without the processor.
        usleep(5000)
        return true
        #endif
    }

    #if os(Linux)
    /// How often each thread has gone to sleep so far, in the order of the listing; nil when one is awake.
    private func switches() -> [Int]? {
        guard let folder = opendir("/proc/self/task") else { return nil }
        defer { closedir(folder) }
        var counts: [Int] = []
        while let entry = readdir(folder) {
            guard let thread = Int(name(of: entry)), thread != watcher else { continue }
            // A thread that is gone since the listing has woken nobody that is not looked at.
            guard let count = read("/proc/self/task/\(thread)/status") else { continue }
            guard let switches = switches(in: UnsafeRawBufferPointer(rebasing: buffer[..<count])) else { return nil }
            counts += [thread, switches]
        }
        return counts
    }

    private func name(of entry: UnsafeMutablePointer<dirent>) -> String {
        withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
    }

    /// The sum of both kinds of switches; nil when the state is another than S.
    private func switches(in status: UnsafeRawBufferPointer) -> Int? {
        var sum = 0
        for line in status.split(separator: UInt8(ascii: "\n")) {
            if line.starts(with: "State:".utf8), !line.starts(with: "State:\tS".utf8) { return nil }
            guard line.starts(with: "voluntary".utf8) || line.starts(with: "nonvoluntary".utf8) else { continue }
            sum += line.reduce(0) { number, byte in
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? number * 10 + Int(byte & 0xF) : number
            }
        }
        return sum
    }

    private func read(_ path: String) -> Int? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        let count = Glibc.read(file, buffer.baseAddress, buffer.count)
        return count > 0 ? count : nil
    }
    #endif
}
