/// The parameters that every list of GetResponse takes: filters, sorting, paging, flags and fields.
struct ListQuery {
    var filters: [String: String] = [:]
    var sorts: [(field: String, ascending: Bool)] = []
    var page = 1
    var perPage = 100
    var flags: Set<String> = []
    var fields: [String]?

    /// Reads the query; `filters` names what may stand in `query[…]`, with `name[from]` for bounds.
    ///
    /// - Throws: 400 with code 1000 for names that do not exist and numbers out of range.
    init(_ request: SandboxRequest, filters allowed: Set<String>, sorts sortable: Set<String>) throws(GetResponseError)
    {
        for (name, value) in request.queryItems {
            if let key = Self.key(of: name, in: "query") {
                guard allowed.contains(key) else {
                    throw .validation(type: "searchFilter[query]", field: key, description: "Not allowed search field")
                }
                filters[key] = value
            } else if let key = Self.key(of: name, in: "sort") {
                guard sortable.contains(key), ["ASC", "DESC"].contains(value.uppercased()) else {
                    throw .validation(type: "searchFilter[sort]", field: key, description: "Not allowed sort field")
                }
                sorts.append((key, value.uppercased() == "ASC"))
            } else {
                try read(name, value)
            }
        }
    }

    /// The page of `items` that was asked for, as a bare array with the counting headers.
    func page(_ items: [JSON]) -> SandboxResponse {
        let start = min((page - 1) * perPage, items.count)
        var response = SandboxResponse.json(.array(Array(items[start..<min(start + perPage, items.count)])))
        response.headers = [
            ("TotalCount", String(items.count)), ("TotalPages", String((items.count + perPage - 1) / perPage)),
            ("CurrentPage", String(page)),
        ]
        return response
    }

    private mutating func read(_ name: String, _ value: String) throws(GetResponseError) {
        switch name {
        case "page": page = try Self.number(value, name, 1...Int.max / 1000)
        case "perPage": perPage = try Self.number(value, name, 1...1000)
        case "additionalFlags": flags = Set(value.split(separator: ",").map { $0.trimmingSpace })
        case "fields": fields = value.split(separator: ",").map { $0.trimmingSpace }
        default: throw .validation(type: "searchFilter", field: name, description: "Not allowed parameter")
        }
    }

    /// `query[createdOn][from]` is `createdOn[from]`.
    private static func key(of name: String, in group: String) -> String? {
        guard name.hasPrefix("\(group)["), name.hasSuffix("]") else { return nil }
        let inner = name.dropFirst(group.count + 1).dropLast()
        return inner.contains("][") ? inner.split(separator: "][").joined(separator: "[") + "]" : String(inner)
    }

    private static func number(
        _ text: String,
        _ name: String,
        _ range: ClosedRange<Int>
    ) throws(GetResponseError) -> Int {
        guard let value = Int(text), range.contains(value) else {
            throw .validation(type: "pagination", field: name, description: "Value out of range")
        }
        return value
    }
}
