import AsyncHTTPClient
import NIOCore
import NIOHTTP1

@testable import Sandbox

/// Plain HTTP to a sandbox, so that the tests see what any client would see.
struct SandboxClient {
    struct Answer {
        var status: Int
        var headers: [String: String]
        var text: String
        var json: JSON { (try? JSONParser.parse(text)) ?? .null }
        /// The code of the first error of a Salesforce answer.
        var errorCode: String? { json[0]?["errorCode"]?.string }
        var message: String? { json[0]?["message"]?.string }
    }

    let sandbox: Sandbox
    var token = ""

    /// A client with a Salesforce session.
    static func loggedIn(_ sandbox: Sandbox) async throws -> SandboxClient {
        var client = SandboxClient(sandbox: sandbox)
        client.token = try await client.logIn().json["access_token"]?.string ?? ""
        return client
    }

    func logIn(_ form: String? = nil) async throws -> Answer {
        let salesforce = sandbox.configuration.salesforce
        let usual =
            "grant_type=client_credentials&client_id=\(salesforce.clientID)&client_secret=\(salesforce.clientSecret)"
        return try await send(
            "POST",
            "\(sandbox.salesforceURL)/services/oauth2/token",
            headers: ["Content-Type": "application/x-www-form-urlencoded"],
            body: form ?? usual
        )
    }

    /// A request to the emulated Salesforce; the path begins behind `/services/data`.
    func salesforce(
        _ method: String,
        _ path: String,
        _ body: JSON? = nil,
        headers: [String: String] = [:]
    ) async throws -> Answer {
        try await send(
            method,
            "\(sandbox.salesforceURL)/services/data\(path)",
            headers: ["Authorization": "Bearer \(token)", "Content-Type": "application/json"].merging(headers) { $1 },
            body: body?.compact
        )
    }

    /// A query, percent-encoded.
    func query(_ soql: String, headers: [String: String] = [:]) async throws -> Answer {
        try await salesforce("GET", "/v59.0/query?q=\(Self.encode(soql))", headers: headers)
    }

    /// A request to the emulated GetResponse; the path begins behind `/v3`.
    func getResponse(
        _ method: String,
        _ path: String,
        _ body: JSON? = nil,
        headers: [String: String] = [:]
    ) async throws -> Answer {
        let key = sandbox.configuration.getResponse.apiKey
        return try await send(
            method,
            "\(sandbox.getResponseURL)\(path)",
            headers: ["X-Auth-Token": "api-key \(key)"].merging(headers) { $1 },
            body: body?.compact
        )
    }

    /// A request to the control API; the path begins behind `/_control`.
    func control(_ method: String, _ path: String, _ body: JSON? = nil) async throws -> Answer {
        try await send(method, "\(sandbox.controlURL)\(path)", headers: [:], body: body?.compact)
    }

    func send(
        _ method: String,
        _ url: String,
        headers: [String: String],
        body: String?
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: url)
        request.method = .RAW(value: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body { request.body = .bytes(ByteBuffer(string: body)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        let buffer = try await response.body.collect(upTo: 16 << 20)
        return Answer(
            status: Int(response.status.code),
            headers: Dictionary(response.headers.map { ($0.name.lowercased(), $0.value) }) { first, _ in first },
            text: String(buffer: buffer)
        )
    }

    /// Encodes everything but letters, digits and `-._~`.
    static func encode(_ text: String) -> String {
        text.utf8.map { byte in
            let scalar = Unicode.Scalar(byte)
            let isPlain =
                ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
                || "-._~".unicodeScalars.contains(scalar)
            let digits = String(byte, radix: 16, uppercase: true)
            return isPlain ? String(Character(scalar)) : "%" + (digits.count == 1 ? "0" : "") + digits
        }.joined()
    }
}
