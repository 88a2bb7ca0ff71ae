import Foundation

/// What is hashed, put together in one piece: a hash that is fed bit by bit costs more in calls than in hashing.
struct ChainMessage {
    private var bytes: [UInt8] = []

    /// Begins anew, in the same memory.
    mutating func restart(with start: Data) {
        bytes.removeAll(keepingCapacity: true)
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
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func append(_ data: Data) {
        data.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }

    mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    func withBytes<Value>(_ body: (UnsafeRawBufferPointer) -> Value) -> Value {
        bytes.withUnsafeBytes(body)
    }
}

/// Random salts, asked of the kernel for several rows at once.
struct Salts {
    private static let size = 16
    /// The most that `getentropy` gives in one call.
    private static let poolSize = 256
    private var pool = Data()

    mutating func next() -> Data {
        if pool.isEmpty { refill() }
        let salt = Data(pool.prefix(Self.size))
        pool = pool.dropFirst(Self.size)
        return salt
    }

    private mutating func refill() {
        var bytes = [UInt8](repeating: 0, count: Self.poolSize)
        if getentropy(&bytes, bytes.count) != 0 {
            // Kernels without the call; the generator reads the same source, eight bytes at a time.
            var generator = SystemRandomNumberGenerator()
            for index in bytes.indices { bytes[index] = .random(in: .min ... .max, using: &generator) }
        }
        pool = Data(bytes)
    }
}
