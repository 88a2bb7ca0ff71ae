import Foundation
import Sandbox
import Testing

/// `lists` and `callbacks`, as processes against the sandbox.
@Suite("Where callbacks go", .timeLimit(.minutes(2)))
struct CallbackCommandTests {
    private static let publicURL = "https://relay.example.com"
    private static let own = "https://relay.example.com/webhooks/getresponse/s3cret"
    private static let shown = "https://relay.example.com/webhooks/getresponse/TOKEN"

    private func withSandbox(
        _ style: SandboxConfiguration.CallbackStyle = .account,
        _ body: (_ sandbox: Sandbox, _ leadrelay: Product) async throws -> Void
    ) async throws {
        var configuration = SandboxConfiguration()
        configuration.getResponse.callbackStyle = style
        try await Deployment.withFresh(configuration) { deployment in
            deployment.sandbox.getResponse.addList(id: "abc123def", name: "Product news")
            deployment.sandbox.getResponse.addList(id: "p86zQ", name: "q2, \"nurture\"")
            try await body(
                deployment.sandbox,
                deployment.leadrelay.with(["LEADRELAY_INGEST_PUBLIC_URL": Self.publicURL])
            )
        }
    }

    @Test func listsAreNamed() async throws {
        try await withSandbox { _, leadrelay in
            let table = try await leadrelay.run("lists")
            #expect(table.status == 0, "\(table.error)")
            #expect(table.output.contains("abc123def  Product news"))
            let json = try await leadrelay.run("lists", "--format", "json")
            let lists = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: String]]
            #expect(lists?.contains(["id": "p86zQ", "name": "q2, \"nurture\""]) == true)
            let csv = try await leadrelay.run("lists", "--format", "csv")
            #expect(csv.output.contains("\r\n") == false && csv.output.contains("p86zQ,\"q2, \"\"nurture\"\"\""))
            let status = try await leadrelay.run("status", "--json")
            #expect(status.output.contains("\"used\":3") || status.output.contains("\"used\" : 3"), "\(status.output)")
        }
    }

    @Test func accountCallbackIsRegisteredShownAndRemoved() async throws {
        try await withSandbox { sandbox, leadrelay in
            let nothing = try await leadrelay.run("callbacks", "show")
            #expect(nothing.status == 1 && nothing.output == "GetResponse sends no callbacks.\n")
            let registered = try await leadrelay.run("callbacks", "register")
            #expect(registered.status == 0, "\(registered.error)")
            #expect(sandbox.getResponse.callback?.url == Self.own)
            #expect(registered.output.contains(Self.shown) && !registered.output.contains("s3cret"))
            let on = sandbox.getResponse.callback?.actions.filter(\.value).keys.sorted()
            #expect(on == ["click", "open", "subscribe", "unsubscribe"])
            let again = try await leadrelay.run("callbacks", "register")
            #expect(again.status == 0 && again.output.contains("already"))
            let show = try await leadrelay.run("callbacks", "show")
            #expect(show.status == 0)
            #expect(
                show.output.contains("\(Self.shown) (this LeadRelay); tells of click, open, subscribe, unsubscribe")
            )
            let removed = try await leadrelay.run("callbacks", "remove")
            #expect(removed.status == 0 && sandbox.getResponse.callback == nil)
        }
    }

    @Test func somebodyElsesCallbackIsTakenOnlyWhereThatIsMeant() async throws {
        try await withSandbox { sandbox, leadrelay in
            let foreign = GetResponseCallback(url: "https://n8n.example.org/hook?key=abc", actions: ["open": true])
            sandbox.getResponse.callback = foreign
            let refused = try await leadrelay.run("callbacks", "register")
            #expect(refused.status == 1 && refused.error.contains("https://n8n.example.org/hook,"))
            #expect(refused.error.contains("--replace") && !refused.error.contains("abc"))
            #expect(sandbox.getResponse.callback?.url == foreign.url)
            let kept = try await leadrelay.run("callbacks", "remove")
            #expect(kept.status == 1 && sandbox.getResponse.callback?.url == foreign.url)
            #expect(try await leadrelay.run("callbacks", "show").status == 1)
            let taken = try await leadrelay.run("callbacks", "register", "--replace")
            #expect(taken.status == 0 && sandbox.getResponse.callback?.url == Self.own)
        }
    }

    /// A token that was changed is one's own affair.
    @Test func oldTokenAndMissingActionsAreMended() async throws {
        try await withSandbox { sandbox, leadrelay in
            sandbox.getResponse.callback = GetResponseCallback(
                url: "https://relay.example.com/webhooks/getresponse/old",
                actions: ["subscribe": true]
            )
            let mended = try await leadrelay.run("callbacks", "register")
            #expect(mended.status == 0, "\(mended.error)")
            #expect(sandbox.getResponse.callback?.url == Self.own)
            #expect(sandbox.getResponse.callback?.actions["unsubscribe"] == true)
        }
    }

    @Test func guidesFormHasACallbackForEachList() async throws {
        try await withSandbox(.perList) { sandbox, leadrelay in
            let one = try await leadrelay.run("callbacks", "register", "--list", "abc123def")
            #expect(one.status == 0, "\(one.error)")
            let rest = try await leadrelay.run("callbacks", "register")
            #expect(rest.status == 0 && rest.output.contains("p86zQ") && !rest.output.contains("abc123def"), "\(rest)")
            let show = try await leadrelay.run("callbacks", "show")
            #expect(show.status == 0 && show.output.contains("(abc123def)") && show.output.contains("tag_applied"))
            #expect(show.output.split(separator: "\n").count == 2 && !show.output.contains("s3cret"))
            let again = try await leadrelay.run("callbacks", "register")
            #expect(again.status == 0 && again.output.contains("already"))
            let removed = try await leadrelay.run("callbacks", "remove", "--list", "p86zQ")
            #expect(removed.status == 0 && removed.output.contains("1 callback"))
            #expect(try await leadrelay.run("callbacks", "show").output.split(separator: "\n").count == 1)
        }
    }

    @Test func withoutAPublicURLNothingIsRegistered() async throws {
        try await withSandbox { sandbox, leadrelay in
            let refused = try await leadrelay.with(["LEADRELAY_INGEST_PUBLIC_URL": ""]).run("callbacks", "register")
            #expect(refused.status == 78 && refused.error.contains("ingest.publicURL"), "\(refused)")
            #expect(sandbox.getResponse.callback == nil)
        }
    }
}
