import Foundation

/// The number of heaps that glibc spreads a process's threads over.
enum MemoryArenas {
    /// `M_ARENA_MAX` of mallopt(3), whose header Swift's Glibc module leaves out.
    private static let arenaMax: Int32 = -8

    /// Keeps the heaps few.
    ///
    /// By default there are eight for each core, and what one has freed no other can use: a worker with 400 events in hand takes
    /// a tenth less memory with two. Does nothing with a C library that has no such function.
    static func keepFew() {
        typealias Mallopt = @convention(c) (Int32, Int32) -> Int32
        guard let symbol = dlsym(UnsafeMutableRawPointer(bitPattern: 0), "mallopt") else { return }
        _ = unsafeBitCast(symbol, to: Mallopt.self)(arenaMax, 2)
    }
}
