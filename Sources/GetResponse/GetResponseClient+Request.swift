import AsyncHTTPClient
import Foundation
import Logging
import Model
import NIOHTTP1
import Time

extension GetResponseClient {
    /// Sends one GET and reads its answer as JSON.
    func json(
        _ purpose: RequestPurpose,
        path: [String],
        query: [(String, String)] = []
    ) async throws(GetResponseError) -> JSONValue {
        let answer = try await send(purpose, path: path, query: query, maximum: Self.maximumRecordBytes)
        guard let json = JSONValue(bytes: answer.body) else {
            throw .undecodable(status: answer.status, reason: "it is not JSON")
        }
        return json
    }

    /// Sends one request: the only way in which a request leaves this module.
    ///
    /// The gate counts it before, and hears of its end exactly once.
    ///
    /// - Throws: Also for every answer other than 2xx.
    func send(
        _ purpose: RequestPurpose,
        method: HTTPMethod = .GET,
        path: [String],
        query: [(String, String)],
        body: Data? = nil,
        maximum: Int
    ) async throws(GetResponseError) -> HTTPAnswer {
        var request = try request(path: path, query: query)
        request.method = method
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(body)
        }
        let grant = try await gate.admit(purpose)
        // The journal may have taken its time; the guard looks again when a connection is at hand.
        guard grant.usable() else {
            await gate.settle(grant, status: nil, rateLimit: nil)
            throw .grantExpired
        }
        let answer: HTTPAnswer
        let entry = grantGuard?.enter(grant)
        if let entry { request.headers.add(name: GrantGuard.header, value: String(entry)) }
        do {
            answer = try await httpClient.answer(to: request, within: configuration.timeout, maximumBytes: maximum)
        } catch {
            let isHeldBack = entry.flatMap { grantGuard?.leave($0) } ?? false
            await gate.settle(grant, status: nil, rateLimit: nil)
            throw isHeldBack ? .grantExpired : error
        }
        if entry.flatMap({ grantGuard?.leave($0) }) ?? false {
            await gate.settle(grant, status: nil, rateLimit: nil)
            throw .grantExpired
        }
        let now = Timestamp(milliseconds: time.read().wall)
        let refusal = (200..<300).contains(answer.status) ? nil : GetResponseError(refusal: answer, now: now)
        await gate.settle(grant, status: answer.status, rateLimit: Self.rateLimit(of: answer, refusal, now: now))
        logger.debug(
            "getresponse.answered",
            metadata: ["purpose": "\(purpose.rawValue)", "status": "\(answer.status)"]
        )
        if let refusal { throw refusal }
        return answer
    }

    private static func rateLimit(
        of answer: HTTPAnswer,
        _ refusal: GetResponseError?,
        now: Timestamp
    ) -> RateLimitState? {
        guard case .rateLimited(let pause) = refusal else { return RateLimitState(headers: answer.headers, now: now) }
        var state = RateLimitState(headers: answer.headers, now: now) ?? RateLimitState()
        state.pause = pause
        return state
    }

    private func request(path: [String], query: [(String, String)]) throws(GetResponseError) -> HTTPClientRequest {
        var url = try GetResponseConfiguration.validate(baseURL: configuration.baseURL).text
        for segment in path { url += "/\(segment.percentEncoded)" }
        if !query.isEmpty {
            url += "?" + query.map { "\($0.0.percentEncoded)=\($0.1.percentEncoded)" }.joined(separator: "&")
        }
        var request = HTTPClientRequest(url: url)
        request.method = .GET
        request.headers.add(name: "Accept", value: "application/json")
        request.headers.add(name: "X-Auth-Token", value: "api-key \(configuration.apiKey)")
        if let domain = configuration.domain, !domain.isEmpty {
            request.headers.add(name: "X-Domain", value: domain)
        }
        return request
    }
}
