package import Model
package import Salesforce

extension Check {
    /// Salesforce: the log-in gives a token, the org serves the API version, and each field that LeadRelay uses is there,
    /// writable, long enough and, where records are found by it, a proper key.
    ///
    /// Costs the org three API calls, one describe an object, and three more where people are put into campaigns. After a log-in that fails nothing else is asked.
    ///
    /// - Parameters:
    ///   - client: Who asks.
    ///   - apiVersion: `salesforce.apiVersion`.
    ///   - fields: The org's names of the custom fields.
    ///   - campaigns: The member statuses that are written, by the campaign's id.
    ///   - usagePause: The share of the org's API calls from which on some lanes wait.
    /// - Returns: The check.
    package static func salesforce(
        _ client: SalesforceClient,
        apiVersion: String,
        fields: SalesforceFieldNames,
        campaigns: [String: Set<String>] = [:],
        usagePause: Double = 0.8
    ) -> Check {
        Check(name: "salesforce") {
            let org = OrgCheck(
                client: client,
                apiVersion: apiVersion,
                expectations: FieldExpectation.all(fields, withMembers: !campaigns.isEmpty),
                campaigns: campaigns,
                usagePause: usagePause
            )
            return await org.findings()
        }
    }
}

/// Looks at an org, from the log-in to the last field.
struct OrgCheck: Sendable {
    let client: SalesforceClient
    let apiVersion: String
    let expectations: [FieldExpectation]
    let campaigns: [String: Set<String>]
    let usagePause: Double

    /// Versions up to this one go in Summer '28, deprecated a year before.
    static let lastLeavingVersion = 40

    func findings() async -> [Finding] {
        do throws(SalesforceError) {
            let host = try await client.verifyLogin()
            let login = Finding(
                check: "salesforce.login",
                verdict: .ok,
                finding: "The log-in opens the org at \(host)."
            )
            let version = await versionFinding()
            guard version.verdict != .failed else { return [login, version] }
            var findings = [login, version]
            for object in SalesforceObject.allCases {
                let expected = expectations.filter { $0.object == object }
                if !expected.isEmpty { findings += await objectFindings(object, expected) }
            }
            findings += await CampaignCheck(client: client, campaigns: campaigns).findings()
            if let usage = client.latestLimitInfo { findings.append(Finding(usage, pause: usagePause)) }
            return findings
        } catch {
            return [Self.failed("salesforce.login", error)]
        }
    }

    private func versionFinding() async -> Finding {
        let check = "salesforce.version"
        do throws(SalesforceError) {
            let served = try await client.versions()
            let newest = served.last?.name ?? "a current version"
            guard let version = served.first(where: { $0.name == apiVersion }) else {
                return Finding(
                    check: check,
                    verdict: .failed,
                    finding: "The org does not serve API version \(apiVersion): it is retired, or not there yet.",
                    remedy: "Set salesforce.apiVersion to \(newest), or to v59.0 or later."
                )
            }
            guard (version.number ?? 0) > Self.lastLeavingVersion else {
                return Finding(
                    check: check,
                    verdict: .warning,
                    finding: "Salesforce retires API version \(apiVersion) in Summer '28.",
                    remedy: "Set salesforce.apiVersion to \(newest), or to v59.0 or later."
                )
            }
            return Finding(
                check: check,
                verdict: .ok,
                finding: "The org serves API version \(apiVersion) (\(version.label)), and others up to \(newest)."
            )
        } catch {
            return Self.failed(check, error)
        }
    }

    private func objectFindings(_ object: SalesforceObject, _ expected: [FieldExpectation]) async -> [Finding] {
        let check = "salesforce.object.\(object.rawValue)"
        let description: ObjectDescription
        do throws(SalesforceError) {
            description = try await client.describe(object)
        } catch {
            guard error.faults.contains(where: { $0.code == "NOT_FOUND" }) else { return [Self.failed(check, error)] }
            return [unreachable(object, check, "The app's user can't see the object \(object.rawValue).")]
        }
        let needsCreating = expected.contains { [.write, .create].contains($0.use) }
        guard description.isUpdatable, description.isCreatable || !needsCreating else {
            let verb = needsCreating ? "create and edit" : "edit"
            return [unreachable(object, check, "The app's user may not \(verb) records of \(object.rawValue).")]
        }
        var findings = expected.flatMap { $0.findings(in: description) }
        if needsCreating { findings += unexpectedlyRequired(in: description, object, expected) }
        guard findings.isEmpty else { return findings }
        return [
            Finding(
                check: check,
                verdict: .ok,
                finding: "\(object.rawValue): each of the \(expected.count) fields in use is there as it must be."
            )
        ]
    }

    private func unreachable(_ object: SalesforceObject, _ check: String, _ text: String) -> Finding {
        let rights =
            switch object {
            case .contact: "its profile Read and Edit on Contact"
            // No profile has rights on Task itself.
            case .task: "it the permissions \"Access Activities\" and \"Edit Tasks\""
            // The rights on members are those on campaigns.
            case .campaignMember:
                "its profile Read on Campaign, and the user the permission \"Marketing User\""
            default: "its profile Read, Create and Edit on \(object.rawValue)"
            }
        return Finding(
            check: check,
            verdict: .failed,
            finding: text,
            remedy: "Assign the permission set of deploy/salesforce to the user, or give \(rights)."
        )
    }

    /// What the org's own people made required, and nobody fills.
    private func unexpectedlyRequired(
        in description: ObjectDescription,
        _ object: SalesforceObject,
        _ expected: [FieldExpectation]
    ) -> [Finding] {
        let filled = Set(expected.map { $0.name.lowercased() })
        return description.fields.filter { $0.isRequired && !filled.contains($0.name.lowercased()) }.map { field in
            let name = "\(object.rawValue).\(field.name)"
            return Finding(
                check: "salesforce.field.\(name)",
                verdict: .failed,
                finding: "The org requires \(name), which LeadRelay does not fill: each new record is refused.",
                remedy: "Give \(name) a default value, or make it optional and demand it on the page layout."
            )
        }
    }

    private static func failed(_ check: String, _ error: SalesforceError) -> Finding {
        Finding(check: check, verdict: .failed, finding: error.cause, remedy: error.remedy)
    }
}
