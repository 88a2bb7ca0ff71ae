import Crypto

/// HMAC-SHA-256 (RFC 2104) with one key, for a great many short messages.
///
/// The library's own HMAC gives the same values, which the tests hold this one to. It is generic, though, and costs an append
/// more than the hashing itself.
struct KeyedHash: Sendable {
    private static let blockSize = 64

    /// The hashes that have taken up the key already; a copy of each goes on from there.
    private let inner: SHA256
    private let outer: SHA256

    init(key: SymmetricKey) {
        var block = key.withUnsafeBytes { key in
            guard key.count > Self.blockSize else { return Array(key) }
            var hash = SHA256()
            hash.update(bufferPointer: key)
            return Array(hash.finalize())
        }
        block += [UInt8](repeating: 0, count: Self.blockSize - block.count)
        var inner = SHA256()
        inner.update(data: block.map { $0 ^ 0x36 })
        self.inner = inner
        var outer = SHA256()
        outer.update(data: block.map { $0 ^ 0x5c })
        self.outer = outer
    }

    func code(for message: UnsafeRawBufferPointer) -> SHA256Digest {
        var inner = inner
        inner.update(bufferPointer: message)
        var outer = outer
        inner.finalize().withUnsafeBytes { outer.update(bufferPointer: $0) }
        return outer.finalize()
    }
}
