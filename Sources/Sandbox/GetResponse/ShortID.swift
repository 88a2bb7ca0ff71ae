/// Ids as GetResponse makes them: short, mixed case, and some differing from others by case alone.
enum ShortID {
    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
    private static let half = 62 * 62
    private static let space = half * half

    /// The id with this number: four characters (more once 14 million are used), different for different numbers.
    static func make(_ number: Int) -> String {
        // 62^4 and the factor have no common divisor, so the product visits every value once; mixing one half into the
        // other then loses nothing, and hides that the products lie in a row.
        let product = (number % space) * 7_654_321 % space
        let low = product % half
        var rest = low * half + (product / half + low * low) % half
        var text = number / space == 0 ? "" : make(number / space)
        for _ in 0..<4 {
            text.append(alphabet[rest % 62])
            rest /= 62
        }
        return text
    }
}
