import Foundation

/// A refusal of the GetResponse API, in its envelope (error pages of the API documentation, and the OpenAPI examples).
struct GetResponseError: Error {
    var status: Int
    var code: Int
    var codeDescription: String
    var message: String
    /// An object, or PHP's empty array where there is nothing to say.
    var context: JSON = .array([])
    var retryAfter: Int64?

    var response: SandboxResponse {
        var response = SandboxResponse.json(
            [
                "httpStatus": .integer(Int64(status)), "code": .integer(Int64(code)),
                "codeDescription": .string(codeDescription), "message": .string(message),
                "moreInfo": .string("https://apidocs.getresponse.com/en/v3/errors/\(code)"), "context": context,
                "uuid": .string(UUID().uuidString.lowercased()),
            ],
            status: status
        )
        if let retryAfter { response.headers.append(("Retry-After", String(retryAfter))) }
        return response
    }

    static func validation(type: String, field: String, description: String) -> GetResponseError {
        GetResponseError(
            status: 400,
            code: 1000,
            codeDescription: "General error of validation process, more details should be in context section",
            message: "Validation error, see context section for more information",
            context: [
                "validationType": .string(type), "fieldName": .string(field), "originalName": .string(field),
                "errorDescription": .string(description),
            ]
        )
    }

    static func notFound(_ context: JSON = .array([])) -> GetResponseError {
        GetResponseError(
            status: 404,
            code: 1013,
            codeDescription: "The requested resource was not found",
            message: "Resource not found",
            context: context
        )
    }

    static let unauthenticated = GetResponseError(
        status: 401,
        code: 1014,
        codeDescription: "Problem during authentication process, check headers!",
        message: "Unable to authenticate request. Check credentials or authentication method details",
        context: ["authenticationType": "auth_token"]
    )

    static let domainHeader = GetResponseError(
        status: 400,
        code: 1021,
        codeDescription: "Problem with request headers",
        message: "Missing or invalid X-Domain header"
    )

    static let unknownDomain = GetResponseError(
        status: 404,
        code: 1024,
        codeDescription: "Domain not found",
        message: "The domain in the X-Domain header was not found"
    )

    static func tooManyRequests(limit: Int, reset: Int64, retryAfter: Int64?) -> GetResponseError {
        GetResponseError(
            status: 429,
            code: 1015,
            codeDescription: "Too many request to API, quota reached, please wait till next quota window",
            message: "You have reached your requests limit for this time window, please wait...",
            context: ["currentLimit": .integer(Int64(limit)), "timeToReset": .string("\(reset) seconds")],
            retryAfter: retryAfter
        )
    }
}
