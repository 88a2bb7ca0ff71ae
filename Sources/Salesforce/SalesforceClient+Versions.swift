import Foundation
import Model
import NIOHTTP1

/// A version of the REST API that an org serves.
package struct APIVersion: Hashable, Sendable, Decodable {
    /// `Winter '24`.
    package var label: String
    /// `59.0`.
    package var version: String

    package init(label: String, version: String) {
        self.label = label
        self.version = version
    }

    /// `v59.0`, as it stands in a path and in `salesforce.apiVersion`.
    package var name: String { "v\(version)" }
    /// 59 of `59.0`.
    package var number: Int? { version.split(separator: ".").first.flatMap { Int($0) } }
}

extension SalesforceClient {
    /// The API versions that the log-in host serves, oldest first; needs no log-in and costs the org no API call.
    ///
    /// - Returns: The versions.
    /// - Throws: `SalesforceError`.
    package func versions() async throws(SalesforceError) -> [APIVersion] {
        let base = try SalesforceConfiguration.validate(loginURL: configuration.loginURL)
        let outgoing = Outgoing(
            method: .GET,
            path: "/services/data",
            headers: [("Accept", "application/json")],
            isWrite: false
        )
        let answer = try await transport.send(outgoing, to: base)
        guard answer.status == 200 else { throw refusal(answer) }
        guard let versions = try? JSONDecoder().decode([APIVersion].self, from: answer.body), !versions.isEmpty else {
            throw .undecodable(reason: "the list of API versions must have one")
        }
        return versions.sorted { ($0.number ?? 0) < ($1.number ?? 0) }
    }
}
