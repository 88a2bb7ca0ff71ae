import Hummingbird
import HummingbirdTesting
import Ingest
import Journal
import Model
import NIOCore
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct WebhookDurabilityTests {
    private let uri = "/webhooks/getresponse/\(IngestFixture.encodedSecret)?x=1"

    @Test func answerComesOnlyAfterTheCommit() async throws {
        let fixture = IngestFixture()
        fixture.store.hold()
        let isAnswered = Flag()
        try await fixture.application.test(.live) { client in
            async let response = answer(client) { isAnswered.raise() }
            await fixture.store.waitForCommits(1)
            for _ in 0..<1000 { await Task.yield() }
            #expect(!isAnswered.isRaised)
            #expect(fixture.store.callbacks.isEmpty)
            fixture.store.release()
            let status = try await response.status
            #expect(status == .ok)
            #expect(fixture.store.callbacks.count == 1)
        }
    }

    @Test(arguments: [
        JournalError.busy("another process"), .unwritable("disk full"), .database("no such table"), .unusable("broken"),
    ])
    func failingJournalIsAnswered503AndRecovers(error: JournalError) async throws {
        let fixture = IngestFixture()
        fixture.store.fail(with: error)
        let refused = try await fixture.send(.get, uri)
        #expect(refused.status == .serviceUnavailable)
        #expect(refused.headers[.retryAfter] == "5")
        #expect(refused.text == #"{"error":"The callback was not stored; send it again in a moment."}"#)
        fixture.store.fail(with: nil)
        #expect(try await fixture.send(.get, uri).status == .ok)
        #expect(fixture.store.callbacks.count == 1)
    }

    @Test func malformedBodyThatCouldNotBeKeptIsAnswered503() async throws {
        let fixture = IngestFixture()
        fixture.store.fail(with: .busy("another process"))
        #expect(try await fixture.send(body: "{").status == .serviceUnavailable)
    }

    @Test func fullQueueIsAnswered503AtOnce() async throws {
        var limits = AppendLimits()
        limits.queued = 1
        let fixture = IngestFixture(limits: limits)
        fixture.store.hold()
        try await withThrowingTaskGroup(of: HTTPResponse.Status.self) { group in
            group.addTask { try await fixture.send(.get, uri).status }
            await fixture.store.waitForCommits(1)
            group.addTask { try await fixture.send(.get, uri).status }
            while fixture.appender.queuedCount < 1 { await Task.yield() }
            let refused = try await fixture.send(.get, uri)
            #expect(refused.status == .serviceUnavailable)
            #expect(refused.headers[.retryAfter] == "5")
            fixture.store.release()
            for try await status in group { #expect(status == .ok) }
        }
        #expect(fixture.store.callbacks.count == 2)
    }

    @Test func drainingProcessAnswers503() async throws {
        let fixture = IngestFixture()
        await fixture.appender.drain()
        #expect(try await fixture.send(.get, uri).status == .serviceUnavailable)
    }

    @Test func remoteAddressIsThePeersOrTheOneThatTheProxyNames() async throws {
        let fixture = IngestFixture()
        try await fixture.application.test(.live) { client in
            let name = try #require(HTTPFieldName("X-Forwarded-For"))
            for headers: HTTPFields in [[:], [name: "192.0.2.66, 198.51.100.7"]] {
                let response = try await client.execute(uri: uri, method: .get, headers: headers)
                #expect(response.status == .ok)
            }
        }
        let addresses = fixture.store.callbacks.map(\.remoteAddress)
        #expect(addresses.last == "198.51.100.7")
        #expect(["127.0.0.1", "::1"].contains(addresses.first))
    }

    @Test func connectionStaysUsableAfterABodyThatWasNotRead() async throws {
        let fixture = IngestFixture(maxBodyBytes: 10)
        try await fixture.application.test(.live) { client in
            let path = "/webhooks/getresponse/\(IngestFixture.encodedSecret)"
            let large = ByteBuffer(repeating: 0x20, count: 300_000)
            let refused = try await client.execute(uri: path, method: .post, body: large)
            #expect(refused.status == .contentTooLarge)
            let accepted = try await client.execute(uri: path, method: .post, body: ByteBuffer(string: "1"))
            #expect(accepted.status == .ok)
        }
    }

    private func answer(
        _ client: any TestClientProtocol,
        _ isAnswered: @Sendable () -> Void
    ) async throws -> TestResponse {
        let response = try await client.execute(uri: uri, method: .get)
        isAnswered()
        return response
    }
}

private final class Flag: Sendable {
    private let state = Mutex(false)

    var isRaised: Bool { state.withLock { $0 } }

    func raise() {
        state.withLock { $0 = true }
    }
}
