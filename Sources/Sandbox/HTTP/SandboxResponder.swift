import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Gives the responder its connection, so that it can drop it.
struct SandboxContext: InitializableFromSource {
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        channel = source.channel
    }
}

/// Takes requests off the wire, carries out faults, and has the emulated API answer the rest.
struct SandboxResponder<API: EmulatedAPI>: HTTPResponder {
    private struct ConnectionDropped: Error {}

    /// Larger bodies are refused with 413; Salesforce's own limit is 50 MB for REST, far above what is useful here.
    private static var maximumBodySize: Int { 8 * 1024 * 1024 }

    let api: API

    func respond(to request: Request, context: SandboxContext) async throws -> Response {
        api.requestBegan()
        defer { api.requestEnded() }
        guard let body = try? await request.body.collect(upTo: Self.maximumBodySize) else {
            return Response(status: .contentTooLarge)
        }
        let received = SandboxRequest(
            time: api.now(),
            method: request.method.rawValue,
            target: request.head.path ?? "/",
            headers: request.headers.map { ($0.name.rawName, $0.value) }
                + (request.head.authority.map { [("Host", $0)] } ?? []),
            body: Array(body.readableBytesView)
        )
        let number = api.requests.begin(received)
        let fault = api.faults.take(for: received)
        if fault == .dropBeforeWork {
            api.requests.finish(number, status: nil, fault: fault)
            throw await drop(context)
        }
        let answer = api.answer(received, replacement: fault?.replacement)
        api.requests.finish(number, status: fault == .dropAfterWork ? nil : answer.status, fault: fault)
        if fault == .dropAfterWork { throw await drop(context) }
        try await pause(for: fault)
        return answer.response(pretty: received.header("x-prettyprint") == "1")
    }

    private func pause(for fault: Fault?) async throws {
        if case .delay(let duration) = fault {
            try await api.sleep(duration)
        } else if api.latency > .zero {
            try await api.sleep(api.latency)
        }
    }

    /// Closes the connection under the server, whose attempt to answer then fails unheard.
    private func drop(_ context: SandboxContext) async -> any Error {
        try? await context.channel.close()
        return ConnectionDropped()
    }
}

extension Fault {
    fileprivate var replacement: SandboxResponse? {
        guard case .respond(let status, let body, let contentType) = self else { return nil }
        return SandboxResponse(status: status, body: .text(body, contentType: contentType))
    }
}

extension SandboxResponse {
    fileprivate func response(pretty: Bool) -> Response {
        var fields = HTTPFields()
        for header in headers {
            guard let name = HTTPField.Name(header.name) else { continue }
            fields[name] = header.value
        }
        let status = HTTPResponse.Status(code: status)
        switch body {
        case .none:
            return Response(status: status, headers: fields)
        case .json(let value):
            if fields[.contentType] == nil { fields[.contentType] = "application/json;charset=UTF-8" }
            let text = pretty ? value.pretty : value.compact
            return Response(status: status, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
        case .text(let text, let contentType):
            fields[.contentType] = contentType
            return Response(status: status, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
        }
    }
}
