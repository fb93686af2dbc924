package crm

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// Money is an amount in minor units (fen, cents) of an ISO 4217 currency.
type Money struct {
	Minor    int64  `json:"minor"`
	Currency string `json:"currency"`
}

// Exponent is the number of decimals of a currency: 2 for CNY, 0 for JPY, 3
// for KWD (ISO 4217, table A.1; the currencies that are not 2).
func Exponent(currency string) int {
	switch currency {
	case "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF":
		return 0
	case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND":
		return 3
	}
	return 2
}

// ValidCurrency tells whether s has the form of an ISO 4217 code.
func ValidCurrency(s string) bool {
	return len(s) == 3 && strings.IndexFunc(s, func(r rune) bool { return r < 'A' || r > 'Z' }) < 0
}

// ParseMoney reads a decimal amount as shops send it ("29.33"). More decimals
// than the currency has are an error unless they are zeros.
func ParseMoney(decimal, currency string) (Money, error) {
	if !ValidCurrency(currency) {
		return Money{}, fmt.Errorf("not an ISO 4217 currency: %q", currency)
	}
	scaled, err := parseDecimal(decimal, Exponent(currency))
	if err != nil {
		return Money{}, err
	}
	return Money{Minor: scaled, Currency: currency}, nil
}

// Add fails on two currencies: converting is a decision, with a rate.
func (m Money) Add(n Money) (Money, error) {
	if m.Currency != n.Currency {
		return Money{}, fmt.Errorf("can't add %s to %s", n.Currency, m.Currency)
	}
	sum := m.Minor + n.Minor
	if (sum > m.Minor) != (n.Minor > 0) && n.Minor != 0 {
		return Money{}, errors.New("amount out of range")
	}
	return Money{Minor: sum, Currency: m.Currency}, nil
}

// String is the decimal amount and the currency: "29.33 USD".
func (m Money) String() string {
	e := Exponent(m.Currency)
	sign, abs := "", uint64(m.Minor)
	if m.Minor < 0 {
		sign, abs = "-", uint64(-m.Minor)
	}
	digits := strconv.FormatUint(abs, 10)
	if len(digits) <= e {
		digits = strings.Repeat("0", e-len(digits)+1) + digits
	}
	if e > 0 {
		digits = digits[:len(digits)-e] + "." + digits[len(digits)-e:]
	}
	return sign + digits + " " + m.Currency
}

// Rate says how many base minor units one minor unit of another currency is
// worth, in billionths. It travels with the order that it was applied to.
type Rate int64

// Par is the rate of the base currency itself.
const Par Rate = 1_000_000_000

// ParseRate reads a rate as people quote it, base units per foreign unit
// ("7.2" for USD in CNY), at most nine decimals.
func ParseRate(decimal, currency, base string) (Rate, error) {
	r, err := parseDecimal(decimal, 9)
	if err != nil {
		return 0, err
	}
	for e := Exponent(currency); e < Exponent(base); e++ {
		if r > math.MaxInt64/10 {
			return 0, errors.New("rate out of range")
		}
		r *= 10
	}
	for e := Exponent(base); e < Exponent(currency); e++ {
		r /= 10
	}
	if r <= 0 {
		return 0, errors.New("a rate must be greater than zero")
	}
	return Rate(r), nil
}

// Quote writes the rate as people quote it, so that ParseRate reads it again.
func (r Rate) Quote(currency, base string) string {
	places := 9 + Exponent(base) - Exponent(currency)
	digits := fmt.Sprintf("%0*d", places+1, int64(r))
	whole, fraction := digits[:len(digits)-places], strings.TrimRight(digits[len(digits)-places:], "0")
	if fraction == "" {
		return whole
	}
	return whole + "." + fraction
}

// Convert gives minor units of the base currency, half away from zero. What
// does not fit into 63 bits becomes the largest amount there is.
func (r Rate) Convert(minor int64) int64 {
	sign, abs := int64(1), uint64(minor)
	if minor < 0 {
		sign, abs = -1, uint64(-minor)
	}
	hi, lo := bits.Mul64(abs, uint64(r))
	lo, carry := bits.Add64(lo, uint64(Par)/2, 0)
	hi += carry
	if hi >= uint64(Par) {
		return sign * math.MaxInt64
	}
	q, _ := bits.Div64(hi, lo, uint64(Par))
	if q > math.MaxInt64 {
		return sign * math.MaxInt64
	}
	return sign * int64(q)
}

// parseDecimal reads a plain decimal into an integer scaled by 10^places.
func parseDecimal(s string, places int) (int64, error) {
	bad := fmt.Errorf("not a decimal amount with at most %d places: %q", places, s)
	unsigned := strings.TrimPrefix(s, "-")
	whole, fraction, _ := strings.Cut(unsigned, ".")
	fraction = strings.TrimRight(fraction, "0")
	if whole == "" || len(fraction) > places {
		return 0, bad
	}
	digits := whole + fraction + strings.Repeat("0", places-len(fraction))
	if strings.IndexFunc(digits, func(r rune) bool { return r < '0' || r > '9' }) >= 0 {
		return 0, bad
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0, bad
	}
	if len(unsigned) < len(s) {
		n = -n
	}
	return n, nil
}
