/// Finds out who sent a request that came through proxies.
struct ClientAddress {
    /// Peers that are believed about whom they speak for.
    let trustedProxies: [AddressRange]

    /// The first address, seen from here, that is not a trusted proxy's.
    ///
    /// X-Forwarded-For grows at its end, so it is read from there: what stands before the first untrusted address was told by
    /// somebody we don't know. An entry that is no address ends the search too.
    ///
    /// - Parameters:
    ///   - peer: The address at the other end of the connection; nil where there is none.
    ///   - forwardedFor: The values of X-Forwarded-For, in the order of the request.
    /// - Returns: An address, or nil where even the peer's is unknown.
    func address(peer: String?, forwardedFor: [String]) -> String? {
        guard var nearest = peer, isTrusted(nearest) else { return peer }
        let hops = forwardedFor.flatMap { $0.split(separator: ",") }.map { Self.bare($0) }
        for hop in hops.reversed() {
            guard IPAddress(hop) != nil else { break }
            nearest = hop
            guard isTrusted(hop) else { break }
        }
        return nearest
    }

    private func isTrusted(_ address: String) -> Bool {
        trustedProxies.contains { $0.contains(address) }
    }

    /// The entry without white space, brackets and port, as some proxies write them: `[2001:db8::1]:4711`, `192.0.2.1:80`.
    private static func bare(_ entry: Substring) -> String {
        let entry = entry.split(whereSeparator: \.isWhitespace).joined()
        if entry.hasPrefix("["), let end = entry.firstIndex(of: "]") {
            return String(entry[entry.index(after: entry.startIndex)..<end])
        }
        let parts = entry.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 2 ? String(parts[0]) : entry
    }
}
