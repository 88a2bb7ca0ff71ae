import Foundation

/// What is hashed, put together in one piece: a hash that is fed bit by bit costs more in calls than in hashing.
struct ChainMessage {
    /// Longer than the message most of the time, and never shortened: growing costs more than hashing.
    private var bytes = [UInt8](repeating: 0, count: 4096)
    private var end = 0

    /// Begins anew, in the same memory.
    mutating func restart(with start: some ContiguousBytes) {
        end = 0
        append(start)
    }

    /// Adds a part with its length; NULL has the length -1.
    mutating func add(_ part: Data?) {
        append(Int64(part?.count ?? -1))
        if let part { append(part) }
    }

    /// Adds a part with its length in UTF-8; NULL has the length -1.
    mutating func add(_ part: String?) {
        append(Int64(part?.utf8.count ?? -1))
        if let part { append(part) }
    }

    /// Adds the eight bytes of a number, big-endian.
    mutating func append(_ number: Int64) {
        withUnsafeBytes(of: number.bigEndian) { append($0) }
    }

    mutating func append(_ data: some ContiguousBytes) {
        data.withUnsafeBytes { append($0) }
    }

    mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    private mutating func append(_ piece: UnsafeRawBufferPointer) {
        let start = end
        end += piece.count
        if end > bytes.count { bytes += [UInt8](repeating: 0, count: max(end, 2 * bytes.count) - bytes.count) }
        bytes.withUnsafeMutableBytes { bytes in
            UnsafeMutableRawBufferPointer(rebasing: bytes[start..<end]).copyMemory(from: piece)
        }
    }

    func withBytes<Value>(_ body: (UnsafeRawBufferPointer) -> Value) -> Value {
        bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[..<end])) }
    }
}

/// What makes the hash of a row's contents say nothing about them once it is gone.
struct Salt: ContiguousBytes, Sendable {
    private let halves: (UInt64, UInt64)

    fileprivate init(_ first: UInt64, _ second: UInt64) {
        halves = (first, second)
    }

    func withUnsafeBytes<Value>(_ body: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value {
        try Swift.withUnsafeBytes(of: halves, body)
    }
}

extension Data {
    init(_ salt: Salt) {
        self = salt.withUnsafeBytes { Data($0) }
    }
}

/// Random salts, asked of the kernel for several rows at once.
struct Salts {
    /// The most that `getentropy` gives in one call, in words.
    private static let poolSize = 32
    private var pool: [UInt64] = []

    mutating func next() -> Salt {
        if pool.count < 2 { refill() }
        return Salt(pool.removeLast(), pool.removeLast())
    }

    private mutating func refill() {
        pool = [UInt64](repeating: 0, count: Self.poolSize)
        let isFilled = pool.withUnsafeMutableBytes { getentropy($0.baseAddress, $0.count) == 0 }
        guard !isFilled else { return }
        // Kernels without the call; the generator reads the same source, eight bytes at a time.
        var generator = SystemRandomNumberGenerator()
        for index in pool.indices { pool[index] = generator.next() }
    }
}
