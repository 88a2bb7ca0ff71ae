/// One create or update as a request asks for it.
struct RecordWrite: Sendable {
    /// What headers say about how to write.
    struct Options: Sendable {
        /// Whether the active assignment rule runs; the REST API's default is that it does, on updates too.
        var runsAssignmentRule = true
        /// Whether a duplicate rule that only alerts is to be passed over.
        var allowsDuplicates = false
        /// Who writes: somebody else in the org, unless a request says so.
        var user = RecordID.otherUser
        /// The API version of the request, for addresses in answers.
        var version = "v59.0"

        init() {}

        init(_ request: SandboxRequest) {
            user = RecordID.runAsUser
            runsAssignmentRule = request.header("sforce-auto-assign")?.lowercased() != "false"
            allowsDuplicates =
                request.header("sforce-duplicate-rule-header")?.lowercased().filter { $0 != " " }
                .contains("allowsave=true") ?? false
            if let version = request.segments.dropFirst(2).first { self.version = version }
        }
    }

    var members: [JSONMember]
    var options: Options
    /// The body as text, to say where in it something is wrong.
    private var source: String

    /// Reads the body of a request.
    ///
    /// - Throws: 415 unless it is JSON by its content type, JSON_PARSER_ERROR unless it is a JSON object.
    init(_ request: SandboxRequest) throws(SalesforceError) {
        guard let members = try Self.body(of: request).members else {
            throw SalesforceError(
                code: "JSON_PARSER_ERROR",
                message: "The HTTP entity body is required, but this request has no entity body."
            )
        }
        self.init(members: members, options: Options(request), source: request.text)
    }

    init(members: [JSONMember], options: Options, source: String = "") {
        self.members = members.filter { $0.name != "attributes" }
        self.options = options
        self.source = source
    }

    /// The JSON in a request's body.
    static func body(of request: SandboxRequest) throws(SalesforceError) -> JSON {
        guard request.mediaType == "application/json" else {
            let type = request.mediaType ?? "application/octet-stream"
            throw SalesforceError(
                status: 415,
                code: "UNSUPPORTED_MEDIA_TYPE",
                message: "Content-Type header specified in HTTP request is not supported: \(type)"
            )
        }
        do {
            return try JSONParser.parse(request.body)
        } catch {
            throw SalesforceError(code: "JSON_PARSER_ERROR", message: error.message)
        }
    }

    /// The values to store, by API name.
    ///
    /// - Throws: INVALID_FIELD, INVALID_FIELD_FOR_INSERT_UPDATE, and what ``FieldConverter`` finds.
    func values(for object: ObjectDescription, creating: Bool) throws(SalesforceError) -> [String: JSON] {
        var values: [String: JSON] = [:]
        var readOnly: [String] = []
        for member in members {
            guard let field = object.field(member.name) else {
                throw SalesforceError(
                    code: "INVALID_FIELD",
                    message: "No such column '\(member.name)' on sobject of type \(object.name)"
                )
            }
            guard creating ? field.isCreateable : field.isUpdateable else {
                readOnly.append(field.name)
                continue
            }
            values[field.name] = try FieldConverter(field: field, place: place(of: member.name)).stored(member.value)
        }
        guard readOnly.isEmpty else {
            throw .record(
                "INVALID_FIELD_FOR_INSERT_UPDATE",
                "Unable to create/update fields: \(readOnly.joined(separator: ", ")). Please check the security settings"
                    + " of this field and verify that it is read/write for your profile or permission set.",
                fields: readOnly
            )
        }
        return values
    }

    private func place(of name: String) -> String {
        guard let range = source.firstRange(of: "\"\(name)\"") else { return "[line:1, column:2]" }
        let before = source[..<range.upperBound].utf8
        let line = before.count { $0 == 0x0A } + 1
        let column = before.reversed().prefix { $0 != 0x0A }.count + 2
        return "[line:\(line), column:\(column)]"
    }
}
