import Model
import Salesforce
import TestSupport
import Testing

/// Which writes surely did not happen, and which may have.
@Suite(.timeLimit(.minutes(1))) struct LostAnswerTests {
    private enum Fate: String, Sendable {
        case notSent
        case unanswered
        case lost
        case server
        case other
    }

    private func fate(of operation: () async throws(SalesforceError) -> Void) async -> Fate {
        do throws(SalesforceError) {
            try await operation()
            return .other
        } catch {
            switch error {
            case .notSent: return error.errorClass == .transient ? .notSent : .other
            case .unanswered: return error.errorClass == .transient ? .unanswered : .other
            case .lostAnswer: return error.errorClass == .lostAnswer ? .lost : .other
            case .server: return .server
            default: return .other
            }
        }
    }

    /// Gets the log-in over with, however slow the machine: what is tested is the write after it.
    private func logIn(_ client: SalesforceClient) async {
        while true {
            if (try? await client.verifyLogin()) != nil { return }
        }
    }

    private func update(_ client: SalesforceClient) async throws(SalesforceError) {
        _ = try await client.update(.lead, id: "00Q", fields: ["Title": "VP"])
    }

    private func create(_ client: SalesforceClient) async throws(SalesforceError) {
        _ = try await client.create(.task, fields: ["Subject": "Open"])
    }

    @Test func droppedWriteMayHaveHappened() async throws {
        try await withOrg(.always(.drop)) { org in
            #expect(await fate { () throws(SalesforceError) in try await update(org.client) } == .lost)
            // Nothing below us may send it again on its own.
            #expect(org.requests.count == 1)
        }
    }

    @Test func pooledConnectionThatWasClosedIsNotTriedAgain() async throws {
        let script = ScriptedServer.Script.by { request, _ in
            request.target.hasSuffix("/first") ? .answer(204) : .drop
        }
        try await withOrg(script) { org in
            _ = try await org.client.update(.lead, id: "first", fields: [:])
            #expect(await fate { () throws(SalesforceError) in try await update(org.client) } == .lost)
            #expect(org.requests.count == 2)
        }
    }

    @Test func answerThatBreaksOffMayStandForAWrite() async throws {
        try await withOrg(.always(.cutOff(201))) { org in
            #expect(await fate { () throws(SalesforceError) in try await create(org.client) } == .lost)
        }
    }

    @Test(arguments: [ScriptedServer.Reply.hang, .stall(200)])
    func silenceMayStandForAWrite(reply: ScriptedServer.Reply) async throws {
        try await withOrg(.always(reply), timeout: .seconds(1)) { org in
            await logIn(org.client)
            #expect(await fate { () throws(SalesforceError) in try await update(org.client) } == .lost)
            #expect(org.requests.count == 1)
        }
    }

    @Test func cancelledWriteMayHaveHappened() async throws {
        let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
        let script = ScriptedServer.Script.by { _, _ in
            arrived.yield()
            return .hang
        }
        try await withOrg(script) { org in
            let client = org.client
            let write = Task { await fate { () throws(SalesforceError) in try await update(client) } }
            for await _ in arrivals { break }
            write.cancel()
            #expect(await write.value == .lost)
        }
    }

    @Test func refusedConnectionDidNotWrite() async throws {
        let closed = try ScriptedServer(.always(.drop), isListening: false)
        defer { closed.stop() }
        try await withOrg(instance: closed.baseURL) { org in
            #expect(await fate { () throws(SalesforceError) in try await update(org.client) } == .notSent)
            #expect(await fate { () throws(SalesforceError) in try await create(org.client) } == .notSent)
        }
    }

    @Test func timeoutBeforeTheBodyLeftDidNotWrite() async throws {
        // A TLS handshake that nobody answers: connected, but no byte of the request has left.
        let silent = try ScriptedServer(.always(.hang))
        try await withOrg(timeout: .seconds(1), instance: "https://127.0.0.1:\(silent.port)") { org in
            await logIn(org.client)
            #expect(await fate { () throws(SalesforceError) in try await update(org.client) } == .notSent)
            // Before the HTTP client shuts down, which would wait for the handshake.
            silent.stop()
        }
    }

    @Test func questionIsOnlyUnanswered() async throws {
        for reply in [ScriptedServer.Reply.drop, .cutOff(200)] {
            try await withOrg(.always(reply)) { org in
                let short = await fate { () throws(SalesforceError) in
                    _ = try await org.client.query("SELECT Id FROM Lead")
                }
                #expect(short == .unanswered)
                let long = String(repeating: "x", count: 3000)
                let composite = await fate { () throws(SalesforceError) in _ = try await org.client.query(long) }
                #expect(composite == .unanswered)
            }
        }
    }

    @Test func gatewaysFailureLeavesACreateOpen() async throws {
        try await withOrg(.always(.answer(502, body: "<html>Bad gateway</html>"))) { org in
            #expect(await fate { () throws(SalesforceError) in try await create(org.client) } == .lost)
            // An update can be sent again without harm.
            #expect(await fate { () throws(SalesforceError) in try await update(org.client) } == .server)
        }
    }

    @Test func successThatCannotBeReadMayStandForAWrite() async throws {
        try await withOrg(.always(.answer(201, body: "created!"))) { org in
            #expect(await fate { () throws(SalesforceError) in try await create(org.client) } == .lost)
        }
    }

    @Test func endlessAnswerIsBounded() async throws {
        let body = "[\"" + String(repeating: "x", count: 9 << 20) + "\"]"
        try await withOrg(.always(.answer(200, body: body))) { org in
            await #expect(throws: SalesforceError.undecodable(reason: "it is longer than 8388608 bytes")) {
                try await org.client.query("SELECT Id FROM Lead")
            }
        }
    }
}
