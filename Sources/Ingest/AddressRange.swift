import Foundation

/// A range of IP addresses, written `10.0.0.0/8`, `::1`, or as a single address.
package struct AddressRange: Hashable, Sendable {
    private let network: IPAddress
    private let prefixBits: Int

    /// Reads an address or a CIDR range; nil for anything else.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let network = IPAddress(first) else { return nil }
        var prefixBits = network.bytes.count * 8
        if parts.count == 2 {
            guard let bits = Int(parts[1]), (0...prefixBits).contains(bits) else { return nil }
            prefixBits = bits
        }
        self.network = network
        self.prefixBits = prefixBits
    }

    /// This machine: 127.0.0.0/8 and ::1.
    package static let loopback = ["127.0.0.0/8", "::1"].compactMap { AddressRange($0) }

    /// Whether the address lies in the range; false for what is no address.
    package func contains(_ address: some StringProtocol) -> Bool {
        IPAddress(address).map(contains) ?? false
    }

    func contains(_ address: IPAddress) -> Bool {
        guard address.bytes.count == network.bytes.count else { return false }
        let whole = prefixBits / 8
        guard address.bytes.prefix(whole) == network.bytes.prefix(whole) else { return false }
        let rest = prefixBits % 8
        guard rest > 0 else { return true }
        return (address.bytes[whole] ^ network.bytes[whole]) >> UInt8(8 - rest) == 0
    }
}

/// An IPv4 or IPv6 address; an IPv4 address in IPv6's clothes (`::ffff:10.0.0.1`) counts as IPv4.
struct IPAddress: Hashable, Sendable {
    /// Four bytes or sixteen, in network order.
    let bytes: [UInt8]

    init?(_ text: some StringProtocol) {
        let text = String(text)
        var v4 = in_addr()
        var v6 = in6_addr()
        if inet_pton(AF_INET, text, &v4) == 1 {
            bytes = withUnsafeBytes(of: v4) { Array($0) }
        } else if inet_pton(AF_INET6, text, &v6) == 1 {
            let all = withUnsafeBytes(of: v6) { Array($0) }
            let mapped: [UInt8] = Array(repeating: 0, count: 10) + [0xFF, 0xFF]
            bytes = Array(all.starts(with: mapped) ? all.suffix(4) : all[...])
        } else {
            return nil
        }
    }
}
