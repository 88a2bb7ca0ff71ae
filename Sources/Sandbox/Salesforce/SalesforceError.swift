/// A refusal of the Salesforce REST API.
///
/// The body is an array of one error. Errors of a record carry `fields`, errors of a request don't.
struct SalesforceError: Error {
    var status = 400
    var code: String
    var message: String
    var fields: [String]?
    /// What comes beside code and message (`duplicateResult`).
    var details: JSONMember?
    /// Some parts of the real service name the code before the message.
    var codeComesFirst = false

    /// A refusal of what a record holds.
    static func record(_ code: String, _ message: String, fields: [String] = []) -> SalesforceError {
        SalesforceError(code: code, message: message, fields: fields)
    }

    static let notFound = SalesforceError(
        status: 404,
        code: "NOT_FOUND",
        message: "The requested resource does not exist",
        codeComesFirst: true
    )

    static let expiredSession = SalesforceError(
        status: 401,
        code: "INVALID_SESSION_ID",
        message: "Session expired or invalid"
    )

    static let methodNotAllowed = SalesforceError(
        status: 405,
        code: "METHOD_NOT_ALLOWED",
        message: "HTTP Method not allowed. Allowed are HEAD,GET,POST,PATCH,DELETE"
    )

    static let convertedLead = SalesforceError.record("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")

    static let insufficientAccess = SalesforceError(
        status: 403,
        code: "INSUFFICIENT_ACCESS_OR_READONLY",
        message: "insufficient access rights on object id",
        fields: []
    )

    var response: SandboxResponse { .json([json], status: status) }

    var json: JSON {
        var members = [JSONMember("message", .string(message)), JSONMember("errorCode", .string(code))]
        if codeComesFirst { members.reverse() }
        if let fields { members.append(JSONMember("fields", .array(fields.map(JSON.string)))) }
        if let details { members.append(details) }
        return .object(members)
    }

    /// The spelling inside results of sObject Collections.
    var collectionJSON: JSON {
        var members = [
            JSONMember("statusCode", .string(code)), JSONMember("message", .string(message)),
            JSONMember("fields", .array((fields ?? []).map(JSON.string))),
        ]
        if let details { members.append(details) }
        return .object(members)
    }
}
