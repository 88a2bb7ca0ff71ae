import AsyncHTTPClient
import Logging
import Salesforce
import Sandbox
import Time

/// A client of an emulated org, and the org to look into.
struct SandboxOrg {
    let sandbox: Sandbox
    let client: SalesforceClient

    var salesforce: SalesforceSandbox { sandbox.salesforce }

    /// Puts a Lead into the org.
    func insertLead(_ values: [String: JSON] = [:]) throws -> String {
        try salesforce.insert("Lead", ["LastName": "Doe", "Company": "Acme"].merging(values) { $1 })
    }
}

/// Runs `body` with a client of an emulated org.
func withSandbox(
    _ configuration: SandboxConfiguration = SandboxConfiguration(),
    time: any TimeSource = FixedTime(),
    _ body: (SandboxOrg) async throws -> Void
) async throws {
    try await Sandbox.withRunning(configuration) { sandbox in
        try await withHTTPClient { httpClient in
            let client = SalesforceClient(
                configuration: SalesforceConfiguration(
                    loginURL: sandbox.salesforceURL,
                    credentials: .clientCredentials(
                        id: sandbox.configuration.salesforce.clientID,
                        secret: sandbox.configuration.salesforce.clientSecret
                    )
                ),
                httpClient: httpClient,
                logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
                time: time
            )
            try await body(SandboxOrg(sandbox: sandbox, client: client))
        }
    }
}
