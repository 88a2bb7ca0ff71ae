import Crypto
import Foundation

/// The arithmetic of the chains: what makes a changed, missing or inserted row show.
struct Chain: Sendable {
    let key: ChainKey
    /// The hashes of names, which are made with a key of their own.
    let names: NameHash
    private let keyed: KeyedHash

    init(key: ChainKey) {
        self.key = key
        keyed = KeyedHash(key: key.symmetricKey)
        names = NameHash(key: key)
    }

    /// What a new row stores.
    struct Link: Sendable {
        let salt: Salt
        let digest: SHA256Digest
        let chain: SHA256Digest

        /// Hands the bytes of all three out for as long as `body` runs.
        func lend(
            _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer, UnsafeRawBufferPointer) throws -> Void
        ) rethrows {
            try salt.withUnsafeBytes { salt in
                try digest.withUnsafeBytes { digest in
                    try chain.withUnsafeBytes { chain in try body(salt, digest, chain) }
                }
            }
        }
    }

    /// The link of a row that follows one whose chain value is `previous` (nil for the first row).
    func link(
        previous: Data?,
        id: Int64,
        time: Int64,
        source: String,
        contents: (inout ChainMessage) -> Void
    ) -> Link {
        var links = ChainLinks(chain: self, previous: previous)
        return links.next(id: id, time: time, source: source, contents: contents)
    }

    /// HMAC-SHA-256(key, previous chain ‖ id ‖ time ‖ source ‖ digest); numbers are 8 bytes, big-endian.
    func value(previous: Data?, id: Int64, time: Int64, source: String, digest: Data) -> Data {
        var message = ChainMessage()
        let previous = previous.map { [UInt8]($0) }
        return Data(value(previous: previous, id: id, time: time, source: source, digest: digest, in: &message))
    }

    /// SHA-256(salt ‖ contents), where each part is preceded by its length, and NULL differs from empty.
    static func digest(salt: Data, contents: [Data?]) -> Data {
        var message = ChainMessage()
        return Data(
            digest(salt: salt, in: &message) { message in
                for part in contents { message.add(part) }
            }
        )
    }

    fileprivate func value(
        previous: [UInt8]?,
        id: Int64,
        time: Int64,
        source: String,
        digest: some ContiguousBytes,
        in message: inout ChainMessage
    ) -> SHA256Digest {
        message.restart(with: previous ?? [UInt8](repeating: 0, count: 32))
        message.append(id)
        message.append(time)
        message.append(source)
        message.append(digest)
        return message.withBytes { keyed.code(for: $0) }
    }

    fileprivate static func digest(
        salt: some ContiguousBytes,
        in message: inout ChainMessage,
        contents: (inout ChainMessage) -> Void
    ) -> SHA256Digest {
        message.restart(with: salt)
        contents(&message)
        return message.withBytes { bytes in
            var hash = SHA256()
            hash.update(bufferPointer: bytes)
            return hash.finalize()
        }
    }
}

/// Links of rows that are appended together, one after the other.
struct ChainLinks {
    private let chain: Chain
    private var previous: [UInt8]?
    private var message = ChainMessage()
    private var salts = Salts()

    init(chain: Chain, previous: Data?) {
        self.chain = chain
        self.previous = previous.map { [UInt8]($0) }
    }

    /// The link of the next row.
    mutating func next(
        id: Int64,
        time: Int64,
        source: String,
        contents: (inout ChainMessage) -> Void
    ) -> Chain.Link {
        let salt = salts.next()
        let digest = Chain.digest(salt: salt, in: &message, contents: contents)
        let value = chain.value(previous: previous, id: id, time: time, source: source, digest: digest, in: &message)
        previous = Array(value)
        return Chain.Link(salt: salt, digest: digest, chain: value)
    }
}
