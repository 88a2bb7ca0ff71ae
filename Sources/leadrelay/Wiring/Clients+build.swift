import AsyncHTTPClient
import Diagnostics
import Foundation
import GetResponse
import Journal
import Logging
import Model
import Planning
import Salesforce
import Time
import Worker

/// Makes the GetResponse client whose requests `gate` counts.
func buildGetResponseClient(
    access: Settings.GetResponseAccess,
    gate: JournalRequestGate,
    httpClient: HTTPClient,
    time: any TimeSource,
    logger: Logger
) -> GetResponseClient {
    GetResponseClient(
        configuration: GetResponseConfiguration(
            baseURL: access.baseURL.text,
            apiKey: access.apiKey.revealed,
            domain: access.domain,
            timeout: access.timeout
        ),
        httpClient: httpClient,
        gate: gate,
        grantGuard: grantGuard,
        logger: logger,
        time: time
    )
}

/// Makes the Salesforce client.
///
/// - Throws: `SettingsError` when the private key of the JWT bearer flow can't be read.
func buildSalesforceClient(
    settings: Settings,
    access: Settings.SalesforceAccess,
    httpClient: HTTPClient,
    time: any TimeSource,
    logger: Logger
) throws(SettingsError) -> SalesforceClient {
    let credentials: SalesforceConfiguration.Credentials
    switch access.credentials {
    case .client(let id, let secret):
        credentials = .clientCredentials(id: id, secret: secret.revealed)
    case .jwtBearer(let clientID, let username, let path):
        do {
            credentials = .jwtBearer(
                clientID: clientID,
                username: username,
                privateKeyPEM: try TextFile.read(path)
            )
        } catch {
            throw SettingsError([.unreadable(file: path, reason: error.reason)])
        }
    }
    return SalesforceClient(
        configuration: SalesforceConfiguration(
            loginURL: access.loginURL.text,
            credentials: credentials,
            apiVersion: settings.salesforce.apiVersion
        ),
        httpClient: httpClient,
        logger: logger,
        time: time
    )
}

/// Makes the checks of `doctor` for everything that is configured; the rest is a finding of the settings.
func buildChecks(settings: Settings, httpClient: HTTPClient, time: any TimeSource) -> [Check] {
    // Findings say what a log line would; the log stays out of a report.
    let logger = Logger(label: "leadrelay.doctor") { _ in SwiftLogNoOpLogHandler() }
    var checks = [Check.journal(path: settings.journal.path, time: time)]
    if let access = try? settings.requireGetResponse() {
        checks.append(
            buildGetResponseCheck(
                settings: settings,
                access: access,
                httpClient: httpClient,
                time: time,
                logger: logger
            )
        )
    }
    if let access = try? settings.requireSalesforce() {
        if case .jwtBearer(_, _, let path) = access.credentials { checks.append(.privateKey(path: path)) }
        do {
            let client = try buildSalesforceClient(
                settings: settings,
                access: access,
                httpClient: httpClient,
                time: time,
                logger: logger
            )
            let salesforce = settings.salesforce
            let statuses = Dictionary(settings.sync.campaigns.map { ($0.campaign, Set([$0.status])) }) { $0.union($1) }
            checks.append(
                .salesforce(
                    client,
                    apiVersion: salesforce.apiVersion,
                    fields: salesforce.fields,
                    campaigns: statuses,
                    usagePause: salesforce.apiUsageShare
                )
            )
        } catch {
            checks.append(.salesforceUnasked)
        }
    }
    return checks
}

/// The GetResponse check, whose requests are counted in the journal like any other.
///
/// A journal that is missing is made, but only in a folder of one's own: an administrator's `doctor` would otherwise leave
/// one behind that the service can't open.
private func buildGetResponseCheck(
    settings: Settings,
    access: Settings.GetResponseAccess,
    httpClient: HTTPClient,
    time: any TimeSource,
    logger: Logger
) -> Check {
    let path = settings.journal.path
    guard FileManager.default.fileExists(atPath: path) || isInOwnFolder(path),
        let journal = try? settings.openJournal(time: time, checkpointBytes: 4 << 20)
    else {
        return .getResponseUncounted
    }
    let gate = JournalRequestGate(
        journal: journal,
        budget: settings.requestBudget,
        worker: "doctor-\(getpid())",
        share: .upkeep,
        patience: .seconds(60),
        time: time
    )
    return .getResponse(
        buildGetResponseClient(access: access, gate: gate, httpClient: httpClient, time: time, logger: logger),
        callbacksTo: settings.callbackAddress
    )
}

private func isInOwnFolder(_ path: String) -> Bool {
    var folder = stat()
    return stat(URL(fileURLWithPath: path).deletingLastPathComponent().path, &folder) == 0 && folder.st_uid == geteuid()
}

extension Settings {
    /// What ingest and worker together still lack.
    var missingForOperation: [SettingsProblem] {
        var problems: [SettingsProblem] = []
        do { _ = try requireIngest() } catch { problems += error.problems }
        do { _ = try requireWorker() } catch { problems += error.problems }
        return problems
    }
}
