import GetResponse
import Model
import TestSupport
import Testing

/// What happens when no whole answer comes, or none may be asked for.
@Suite(.timeLimit(.minutes(1))) struct ConnectionTests {
    private func error(
        _ reply: ScriptedServer.Reply,
        timeout: Duration = .seconds(10)
    ) async throws -> GetResponseError? {
        let gate = TestGate()
        var result: GetResponseError?
        try await withGetResponse(.always(reply), gate: gate, timeout: timeout) { client, _ in
            do throws(GetResponseError) { _ = try await client.account() } catch { result = error }
        }
        #expect(gate.settled == [TestGate.Settlement(id: 1, status: nil, rateLimit: nil)])
        return result
    }

    private func isLost(_ error: GetResponseError?) -> Bool {
        if case .lostAnswer = error { error?.errorClass == .transient } else { false }
    }

    @Test func droppedConnectionIsALostAnswer() async throws {
        #expect(isLost(try await error(.drop)))
    }

    @Test func answerThatBreaksOffIsALostAnswer() async throws {
        #expect(isLost(try await error(.cutOff(200))))
    }

    @Test func silenceEndsWithTheTimeout() async throws {
        #expect(isLost(try await error(.hang, timeout: .milliseconds(150))))
    }

    @Test func bodyThatNeverEndsRunsIntoTheTimeoutToo() async throws {
        #expect(isLost(try await error(.stall(200), timeout: .milliseconds(150))))
    }

    @Test func refusedConnectionIsNoLostAnswer() async throws {
        let server = try ScriptedServer(.always(.drop), isListening: false)
        defer { server.stop() }
        let gate = TestGate()
        try await withClient(baseURL: server.baseURL, gate: gate) { client in
            do throws(GetResponseError) {
                _ = try await client.account()
                Issue.record("nobody listens there")
            } catch {
                guard case .connection = error else {
                    Issue.record("\(error)")
                    return
                }
                #expect(error.errorClass == .transient)
            }
        }
        #expect(gate.settled.count == 1)
    }

    @Test func answerThatNeverEndsIsBounded() async throws {
        let body = "\"" + String(repeating: "x", count: 2 << 20) + "\""
        let error = try await error(.answer(200, body: body))
        #expect(error == .undecodable(status: 200, reason: "it is longer than 1048576 bytes"))
    }

    @Test(arguments: [
        "http://api.getresponse.com/v3", "ftp://127.0.0.1/v3", "api.getresponse.com/v3", "", "https://",
        "https://user:secret@api.getresponse.com/v3", "https://api.getresponse.com/v3?x=1", "http://127.evil.com/v3",
        "http://localhost.evil.com", "http://127.0.0.1.evil.com", "http://128.0.0.1", "http://127.0.0.256",
    ])
    func unsafeBaseURLIsRefusedBeforeTheGate(url: String) async throws {
        let gate = TestGate()
        try await withClient(baseURL: url, gate: gate) { client in
            do throws(GetResponseError) {
                _ = try await client.account()
                Issue.record("\(url) was accepted")
            } catch {
                guard case .unusableBaseURL = error else {
                    Issue.record("\(error)")
                    return
                }
                #expect(error.errorClass == .configuration)
                #expect(!error.description.contains("secret"))
            }
        }
        #expect(gate.admitted.isEmpty)
    }

    @Test(arguments: [
        ("https://api.getresponse.com/v3/", "https://api.getresponse.com/v3"),
        ("HTTPS://API.GetResponse.com/v3", "https://api.getresponse.com/v3"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://127.0.0.2:1/v3", "http://127.0.0.2:1/v3"),
        ("http://[::1]:99/v3", "http://[::1]:99/v3"),
    ])
    func safeBaseURLIsNormalised(url: String, text: String) throws {
        #expect(try GetResponseConfiguration.validate(baseURL: url).text == text)
    }

    @Test func keyNeverShowsInPrint() {
        let configuration = GetResponseConfiguration(baseURL: "https://api.getresponse.com/v3", apiKey: "sesame-1234")
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(configuration)", String(reflecting: configuration), dumped] {
            #expect(!text.contains("sesame"))
        }
    }
}
