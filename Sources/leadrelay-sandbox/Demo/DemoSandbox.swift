import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import Subprocess

/// The sandbox process as the demo sees it: its environment for `leadrelay`, and its control API.
struct DemoSandbox: Sendable {
    struct Silent: Error, CustomStringConvertible {
        var description: String { "The sandbox did not say where it listens; see sandbox.log." }
    }

    struct Refused: Error, CustomStringConvertible {
        var path: String
        var status: UInt
        var description: String { "The sandbox answered \(status) to \(path)." }
    }

    /// What points a `leadrelay` at the sandbox.
    let environment: [String: String]
    private let controlURL: String

    /// Reads what `leadrelay-sandbox serve` prints: `export NAME=VALUE` lines and the control API's address.
    init(announcedOn output: SubprocessOutputSequence) async throws {
        var environment: [String: String] = [:]
        var controlURL: String?
        var text = ""
        reading: for try await buffer in output {
            text += buffer.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
            while let end = text.firstIndex(of: "\n") {
                let line = String(text[..<end])
                text = String(text[text.index(after: end)...])
                if line.hasPrefix("export "), let equals = line.firstIndex(of: "=") {
                    let name = String(line.dropFirst("export ".count)[..<equals])
                    environment[name] = String(line[line.index(after: equals)...])
                        .trimmingCharacters(in: CharacterSet(charactersIn: "'\""))
                }
                if let url = line.split(separator: " ").first(where: {
                    $0.hasPrefix("http") && $0.hasSuffix("/_control")
                }) {
                    controlURL = String(url)
                }
                if controlURL != nil, environment["LEADRELAY_SALESFORCE_CLIENT_SECRET"] != nil { break reading }
            }
        }
        guard let controlURL else { throw Silent() }
        self.environment = environment
        self.controlURL = controlURL
    }

    /// Puts the people into GetResponse, and into Salesforce those who are known there.
    func seed(_ spike: DemoSpike, client: HTTPClient) async throws {
        _ = try await post("getresponse/lists", ["id": DemoSpike.listID, "name": DemoSpike.listName], client: client)
        _ = try await post("getresponse/contacts", spike.people.map(\.getResponseContact), client: client)
        let known = try await post("salesforce/rows/Contact", spike.knownContacts, client: client)
        _ = known
        for person in spike.converted {
            let answer = try await post("salesforce/rows/Lead", [person.lead], client: client)
            guard let id = (answer["ids"] as? [String])?.first else { continue }
            _ = try await post("salesforce/convert", ["leadId": id], client: client)
        }
    }

    /// The rows of a Salesforce object.
    func rows(_ object: String, client: HTTPClient) async throws -> [[String: Any]] {
        let response = try await client.execute(
            HTTPClientRequest(url: "\(controlURL)/salesforce/rows/\(object)"),
            timeout: .seconds(10)
        )
        let body = try await response.body.collect(upTo: 64 << 20)
        return try JSONSerialization.jsonObject(with: Data(buffer: body)) as? [[String: Any]] ?? []
    }

    private func post(_ path: String, _ body: Any, client: HTTPClient) async throws -> [String: Any] {
        var request = HTTPClientRequest(url: "\(controlURL)/\(path)")
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.body = .bytes(ByteBuffer(data: try JSONSerialization.data(withJSONObject: body)))
        let response = try await client.execute(request, timeout: .seconds(30))
        let answer = try await response.body.collect(upTo: 8 << 20)
        guard (200..<300).contains(response.status.code) else {
            throw Refused(path: path, status: response.status.code)
        }
        guard answer.readableBytes > 0 else { return [:] }
        return try JSONSerialization.jsonObject(with: Data(buffer: answer), options: .fragmentsAllowed)
            as? [String: Any]
            ?? [:]
    }
}
