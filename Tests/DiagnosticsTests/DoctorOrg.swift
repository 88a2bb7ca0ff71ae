import AsyncHTTPClient
import Diagnostics
import Logging
import Model
import Salesforce
import Sandbox
import Time

/// An emulated org that `doctor` looks at.
struct DoctorOrg {
    let sandbox: Sandbox
    let httpClient: HTTPClient

    var salesforce: SalesforceSandbox { sandbox.salesforce }

    /// What the Salesforce check finds, with these settings.
    func findings(
        loginURL: String? = nil,
        secret: String? = nil,
        apiVersion: String = "v59.0",
        fields: SalesforceFieldNames = SalesforceFieldNames(),
        campaigns: [String: Set<String>] = [:]
    ) async -> [Finding] {
        let client = SalesforceClient(
            configuration: SalesforceConfiguration(
                loginURL: loginURL ?? sandbox.salesforceURL,
                credentials: .clientCredentials(
                    id: sandbox.configuration.salesforce.clientID,
                    secret: secret ?? sandbox.configuration.salesforce.clientSecret
                ),
                apiVersion: apiVersion
            ),
            httpClient: httpClient,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        return await Check.salesforce(client, apiVersion: apiVersion, fields: fields, campaigns: campaigns).run()
    }

    /// What the check finds that is not as it should be.
    func troubles(
        loginURL: String? = nil,
        secret: String? = nil,
        apiVersion: String = "v59.0",
        fields: SalesforceFieldNames = SalesforceFieldNames(),
        campaigns: [String: Set<String>] = [:]
    ) async -> [Finding] {
        await findings(loginURL: loginURL, secret: secret, apiVersion: apiVersion, fields: fields, campaigns: campaigns)
            .filter { $0.verdict != .ok }
    }

    /// Runs `body` with an org as the documents want it, unless `configuration` says otherwise.
    static func with(
        _ configuration: SandboxConfiguration = SandboxConfiguration(),
        _ body: (DoctorOrg) async throws -> Void
    ) async throws {
        try await Sandbox.withRunning(configuration) { sandbox in
            try await body(DoctorOrg(sandbox: sandbox, httpClient: HTTPClient.shared))
        }
    }
}
