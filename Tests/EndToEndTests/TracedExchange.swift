import Foundation

/// An answer of ours as it left through a socket, in a trace.
///
/// What counts is the moment at which its write begins: from then on somebody may have it.
struct TracedAnswer: Sendable {
    /// The X-Webhook-ID of the request that was answered.
    var webhookID: String
    var status: Int
    /// The place of the event.
    var event: Int
}

/// A request of ours as it left through a socket, in a trace.
struct TracedRequest: Sendable {
    /// Such as `PATCH /services/data/v59.0/sobjects/Lead/00Q1`.
    var line: String
    var body: String
    var event: Int
}

extension SystemCall {
    /// Whether it writes the beginning of an HTTP answer.
    var isAnswer: Bool { ["write", "writev", "sendto"].contains(name) && bytes(1)?.starts(with: Self.answer) == true }

    /// The beginning of an HTTP request, where this writes one.
    fileprivate var sentRequest: String? {
        guard ["write", "writev", "sendto"].contains(name), let bytes = bytes(1) else { return nil }
        return Self.methods.contains { bytes.starts(with: $0) } ? String(decoding: bytes, as: UTF8.self) : nil
    }

    /// What came in through a socket or a file.
    fileprivate var received: [UInt8]? {
        ["read", "recvfrom", "readv", "recvmsg"].contains(name) && (result ?? 0) > 0 ? bytes(1) : nil
    }

    fileprivate static let methods = ["GET /", "POST /", "PATCH /", "PUT /", "DELETE /"].map { Array($0.utf8) }
    private static let answer = Array("HTTP/1.1 ".utf8)
}

extension SystemCallTrace {
    /// The answers to requests that carried an X-Webhook-ID.
    var answers: [TracedAnswer] {
        var requests: [Int: [UInt8]] = [:]
        var answers: [TracedAnswer] = []
        for (place, event) in events.enumerated() {
            let call = calls[event.call]
            guard let descriptor = call.number(0) else { continue }
            switch event {
            case .returned:
                guard let bytes = call.received else { continue }
                if requests[descriptor] == nil, !SystemCall.methods.contains(where: { bytes.starts(with: $0) }) {
                    continue
                }
                requests[descriptor, default: []] += bytes
            case .entered:
                if call.name == "close" { requests[descriptor] = nil }
                guard call.isAnswer, let request = requests.removeValue(forKey: descriptor),
                    let id = Self.webhookID(of: request), let status = call.bytes(1)?.dropFirst(9).prefix(3)
                else { continue }
                answers.append(
                    TracedAnswer(webhookID: id, status: Int(String(decoding: status, as: UTF8.self)) ?? 0, event: place)
                )
            }
        }
        return answers
    }

    /// The requests that left.
    var requests: [TracedRequest] {
        events.enumerated().compactMap { place, event in
            guard case .entered(let number) = event, let text = calls[number].sentRequest else { return nil }
            let parts = text.components(separatedBy: "\r\n\r\n")
            let line = text.prefix { $0 != "\r\n" }.split(separator: " ").prefix(2).joined(separator: " ")
            return TracedRequest(line: line, body: parts.dropFirst().joined(), event: place)
        }
    }

    private static func webhookID(of request: [UInt8]) -> String? {
        let head = String(decoding: request.prefix(2048), as: UTF8.self)
        return head.components(separatedBy: "\r\n").first { $0.lowercased().hasPrefix("x-webhook-id:") }
            .map { $0.dropFirst("x-webhook-id:".count).trimmingCharacters(in: .whitespaces) }
    }
}
