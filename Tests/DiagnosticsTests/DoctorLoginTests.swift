import Diagnostics
import Sandbox
import Testing

/// What `doctor` says of a log-in that fails, and of API versions.
@Suite(.timeLimit(.minutes(1))) struct DoctorLoginTests {
    @Test func orgAsTheDocumentsWantItIsFine() async throws {
        try await DoctorOrg.with { org in
            let findings = await org.findings()
            #expect(findings.allSatisfy { $0.verdict == .ok && $0.remedy == nil }, "\(findings)")
            #expect(
                findings.map(\.check) == [
                    "salesforce.login", "salesforce.version", "salesforce.object.Lead", "salesforce.object.Contact",
                    "salesforce.object.Task", "salesforce.apiUsage",
                ]
            )
            #expect(org.salesforce.requestCount == 3)
        }
    }

    @Test(
        arguments: [
            (11_000, "used 11003 of its 15000 API calls of the last 24 hours (73 %).", nil),
            (12_000, "(80 %): opens, clicks and history wait.", true),
            (14_300, "(95 %): everything but opt-outs waits.", true),
        ] as [(Int, String, Bool?)]
    )
    func apiCallsThatAreNearlyUsedUp(used: Int, text: String, isWarned: Bool?) async throws {
        try await DoctorOrg.with { org in
            org.salesforce.requestCount = used
            let finding = try #require(await org.findings().last)
            #expect(finding.check == "salesforce.apiUsage" && finding.finding.hasSuffix(text), "\(finding)")
            #expect(finding.verdict == (isWarned == nil ? .ok : .warning))
            #expect(finding.remedy?.contains("salesforce.apiUsagePause") == isWarned)
        }
    }

    @Test func wrongSecret() async throws {
        try await DoctorOrg.with { org in
            let findings = await org.findings(secret: "wrong")
            #expect(
                findings == [
                    Finding(
                        check: "salesforce.login",
                        verdict: .failed,
                        finding: "Salesforce gives no token (invalid_client: invalid client credentials).",
                        remedy: "Check salesforce.clientID and salesforce.clientSecret; a new app takes ten minutes to "
                            + "become known."
                    )
                ]
            )
        }
    }

    @Test func noRunAsUser() async throws {
        try await DoctorOrg.with { org in
            org.salesforce.authorization = .noRunAsUser
            let findings = await org.findings()
            #expect(findings.map(\.verdict) == [.failed])
            #expect(
                findings.first?.remedy == "Choose a Run-As user in the app's client credentials settings in Setup."
            )
        }
    }

    private static let myDomain =
        "Client credentials work only on the org's own My Domain: set salesforce.loginURL to "
        + "https://YOURDOMAIN.my.salesforce.com (a sandbox: https://YOURDOMAIN--NAME.sandbox.my.salesforce.com)."

    @Test(arguments: ["https://login.salesforce.com", "https://test.salesforce.com"])
    func generalLoginHost(loginURL: String) async throws {
        try await DoctorOrg.with { org in
            let findings = await org.findings(loginURL: loginURL)
            #expect(findings.map(\.check) == ["salesforce.login"] && findings.map(\.verdict) == [.failed])
            #expect(findings.first?.remedy == Self.myDomain)
            #expect(
                findings.first?.finding
                    == "Salesforce gives no token (invalid_grant: request not supported on this domain)."
            )
            #expect(org.salesforce.requests.count == 0)
        }
    }

    @Test func hostThatRefusesTheDomain() async throws {
        try await DoctorOrg.with { org in
            org.salesforce.authorization = .loginHost
            #expect(await org.findings().map(\.remedy) == [Self.myDomain])
        }
    }

    @Test func hostThatIsNotSalesforces() async throws {
        try await DoctorOrg.with { org in
            let findings = await org.findings(loginURL: "https://example.com")
            #expect(
                findings.first?.remedy
                    == "Set salesforce.loginURL to the org's My Domain, https://YOURDOMAIN.my.salesforce.com."
            )
        }
    }

    @Test func userWhoMayNotUseTheAPI() async throws {
        try await DoctorOrg.with { org in
            org.salesforce.refusesEverySession = true
            let troubles = await org.troubles()
            #expect(troubles.count == 3)
            #expect(
                troubles.allSatisfy {
                    $0.remedy
                        == "Give the app's user the permission \"API Enabled\", and check that the app is not blocked for it."
                }
            )
        }
    }

    @Test(arguments: ["v20.0", "v99.0"])
    func retiredOrUnknownVersion(version: String) async throws {
        try await DoctorOrg.with { org in
            let troubles = await org.troubles(apiVersion: version)
            #expect(
                troubles == [
                    Finding(
                        check: "salesforce.version",
                        verdict: .failed,
                        finding: "The org does not serve API version \(version): it is retired, or not there yet.",
                        remedy: "Set salesforce.apiVersion to v68.0, or to v59.0 or later."
                    )
                ]
            )
            #expect(org.salesforce.requestCount == 0, "every request would be refused with 410")
        }
    }

    @Test func versionThatLeavesIsAWarning() async throws {
        try await DoctorOrg.with { org in
            let troubles = await org.troubles(apiVersion: "v40.0")
            #expect(troubles.map(\.verdict) == [.warning])
            #expect(troubles.first?.remedy == "Set salesforce.apiVersion to v68.0, or to v59.0 or later.")
        }
    }

    @Test func usedUpAllowanceIsToldApart() async throws {
        try await DoctorOrg.with { org in
            org.salesforce.dailyRequestLimit = 0
            let troubles = await org.troubles()
            let remedies = troubles.filter { $0.check != "salesforce.apiUsage" }.map(\.remedy)
            let expected =
                "The org has used up its API requests of the last 24 hours: wait, or ask Salesforce for more."
            #expect(remedies == [expected, expected, expected])
            #expect(troubles.last?.check == "salesforce.apiUsage")
        }
    }
}
