import Testing

@testable import Sandbox

@Suite struct GetResponseLimitTests {
    private func configuration(_ clock: MovableClock) -> SandboxConfiguration {
        var configuration = SandboxConfiguration()
        configuration.now = { clock.now }
        return configuration
    }

    @Test func capIsARollingWindow() async throws {
        let clock = MovableClock()
        var configuration = configuration(clock)
        configuration.getResponse.hourlyCap = 3
        try await Sandbox.withRunning(configuration) { sandbox in
            let client = SandboxClient(sandbox: sandbox)
            for left in [2, 1, 0] {
                let answer = try await client.getResponse("GET", "/accounts")
                #expect(answer.status == 200)
                #expect(answer.headers["x-ratelimit-limit"] == "3")
                #expect(answer.headers["x-ratelimit-remaining"] == "\(left)")
                clock.advance(by: 1000)
            }
            let refused = try await client.getResponse("GET", "/accounts")
            #expect(refused.status == 429 && refused.json["code"] == 1015)
            #expect(refused.json["context"] == ["currentLimit": 3, "timeToReset": "3597 seconds"])
            #expect(refused.headers["x-ratelimit-reset"] == "3597 seconds")
            #expect(refused.headers["x-ratelimit-remaining"] == "0" && refused.headers["retry-after"] == nil)
            clock.advance(by: 3_596_999)
            #expect(try await client.getResponse("GET", "/accounts").status == 429)
            clock.advance(by: 1)
            #expect(try await client.getResponse("GET", "/accounts").status == 200)
            #expect(try await client.getResponse("GET", "/accounts").status == 429)
            #expect(sandbox.getResponse.refusals == 3)
        }
    }

    @Test func eightyASecondAndNoMore() async throws {
        let clock = MovableClock()
        try await Sandbox.withRunning(configuration(clock)) { sandbox in
            let client = SandboxClient(sandbox: sandbox)
            for _ in 0..<80 { _ = try await client.getResponse("GET", "/accounts") }
            let refused = try await client.getResponse("GET", "/accounts")
            #expect(refused.status == 429 && refused.headers["retry-after"] == "1")
            #expect(refused.headers["x-ratelimit-limit"] == "80" && refused.headers["x-ratelimit-reset"] == "1 seconds")
            clock.advance(by: 1000)
            #expect(try await client.getResponse("GET", "/accounts").status == 200)
        }
    }

    @Test func tooManyInFlightAreRefused() async throws {
        var configuration = SandboxConfiguration()
        configuration.getResponse.latency = .milliseconds(300)
        configuration.getResponse.concurrentLimit = 3
        try await Sandbox.withRunning(configuration) { sandbox in
            let client = SandboxClient(sandbox: sandbox)
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<6 { group.addTask { try await client.getResponse("GET", "/accounts").status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.contains(429) && statuses.contains(200))
        }
    }

    @Test func keyAndDomainMustBeRight() async throws {
        var configuration = SandboxConfiguration()
        configuration.getResponse.domain = "example.com"
        try await Sandbox.withRunning(configuration) { sandbox in
            let client = SandboxClient(sandbox: sandbox)
            func code(_ headers: [String: String]) async throws -> (Int, JSON?) {
                let answer = try await client.getResponse("GET", "/accounts", headers: headers)
                return (answer.status, answer.json["code"])
            }
            let wrongKey = try await code(["X-Auth-Token": "api-key nonsense"])
            let bearer = try await code(["X-Auth-Token": "Bearer sandbox-api-key"])
            let noDomain = try await code([:])
            let wrongDomain = try await code(["X-Domain": "example.org"])
            let right = try await code(["X-Domain": "example.com"])
            #expect(wrongKey == (401, 1014) && bearer == (401, 1014))
            #expect(noDomain == (400, 1021) && wrongDomain == (404, 1024))
            #expect(right == (200, nil))
            #expect(sandbox.getResponse.remainingRequests == 399)
        }
    }

    @Test func errorsComeInTheDocumentedEnvelope() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = SandboxClient(sandbox: sandbox)
            let answer = try await client.getResponse("GET", "/nonsense")
            #expect(answer.status == 404)
            #expect(
                answer.json.members?.map(\.name) == [
                    "httpStatus", "code", "codeDescription", "message", "moreInfo", "context", "uuid",
                ]
            )
        }
    }

    @Test func callbacksAreOneForTheAccount() async throws {
        try await Sandbox.withRunning { sandbox in
            let client = SandboxClient(sandbox: sandbox)
            let path = "/accounts/callbacks"
            #expect(try await client.getResponse("GET", path).status == 404)
            #expect(try await client.getResponse("POST", path, ["actions": ["open": true]]).status == 400)
            let posted = try await client.getResponse(
                "POST",
                path,
                [
                    "url": "https://hooks.example.com/x", "actions": ["subscribe": true, "tag_applied": true],
                    "campaigns": [["campaignId": "p86zQ"]],
                ]
            )
            let expected: JSON = [
                "url": "https://hooks.example.com/x",
                "actions": ["open": false, "click": false, "subscribe": true, "unsubscribe": false, "survey": false],
            ]
            #expect(posted.status == 200 && posted.json == expected)
            #expect(try await client.getResponse("GET", path).json == expected)
            #expect(try await client.getResponse("POST", "/callbacks", expected).status == 404)
            #expect(try await client.getResponse("DELETE", path).status == 204)
            #expect(try await client.getResponse("GET", path).status == 404)
        }
    }
}
