/// The types of Salesforce fields that the emulated objects use; raw values are those of a describe.
enum FieldType: String, Sendable {
    case boolean
    case combobox
    case currency
    case date
    case datetime
    case double
    case email
    case id
    case int
    case phone
    case picklist
    case reference
    case string
    case textarea
    case url

    /// Whether values are text with a length.
    var isText: Bool {
        switch self {
        case .combobox, .email, .phone, .picklist, .string, .textarea, .url: true
        case .boolean, .currency, .date, .datetime, .double, .id, .int, .reference: false
        }
    }

    /// Whether values are numbers.
    var isNumber: Bool { self == .currency || self == .double || self == .int }

    /// The type in SOAP terms, as a describe tells it.
    var soapType: String {
        switch self {
        case .boolean: "xsd:boolean"
        case .currency, .double: "xsd:double"
        case .date: "xsd:date"
        case .datetime: "xsd:dateTime"
        case .id, .reference: "tns:ID"
        case .int: "xsd:int"
        case .combobox, .email, .phone, .picklist, .string, .textarea, .url: "xsd:string"
        }
    }
}
