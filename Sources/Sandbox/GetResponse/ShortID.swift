/// Ids as GetResponse makes them: short, mixed case, and some differing from others by case alone.
enum ShortID {
    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
    private static let space = 62 * 62 * 62 * 62

    /// The id with this number: four characters (more once 14 million are used), different for different numbers.
    static func make(_ number: Int) -> String {
        // 62^4 and the factor have no common divisor, so the product visits every id once.
        let scattered = (number % space) * 7_654_321 % space
        let prefix = number / space == 0 ? "" : make(number / space)
        var rest = scattered
        var text = ""
        for _ in 0..<4 {
            text.append(alphabet[rest % 62])
            rest /= 62
        }
        return prefix + text
    }
}
