import HTTPTypes
import Hummingbird

/// Answers 405 at the webhook addresses to every method but GET and POST, HEAD and methods nobody has heard of included.
///
/// The router itself answers 404 where it knows the path but not the method.
struct WebhookMethodMiddleware<Context: RequestContext>: RouterMiddleware {
    let metrics: IngestMetrics

    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard request.method != .get, request.method != .post, let source = WebhookSource(path: request.uri.path)
        else { return try await next(request, context) }
        metrics.answered(.wrongMethod, source: source, in: .zero)
        let response = try IngestAnswer.wrongMethod.response()
        // A body after the answer to HEAD would be read as the start of the next answer.
        return request.method == .head ? response.createHeadResponse() : response
    }
}
