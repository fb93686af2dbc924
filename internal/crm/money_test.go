package crm_test

import (
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"guanxi/internal/crm"
)

func TestParseMoney(t *testing.T) {
	for _, c := range []struct {
		decimal, currency string
		minor             int64
		text              string
	}{
		{"29.33", "USD", 2933, "29.33 USD"},
		{"29.3300", "USD", 2933, "29.33 USD"},
		{"29", "CNY", 2900, "29.00 CNY"},
		{"0.05", "CNY", 5, "0.05 CNY"},
		{"-0.05", "CNY", -5, "-0.05 CNY"},
		{"1980", "JPY", 1980, "1980 JPY"},
		{"1980.00", "JPY", 1980, "1980 JPY"},
		{"1.234", "KWD", 1234, "1.234 KWD"},
		{"-92233720368547758.07", "CNY", -math.MaxInt64, "-92233720368547758.07 CNY"},
	} {
		m, err := crm.ParseMoney(c.decimal, c.currency)
		if err != nil || m.Minor != c.minor || m.String() != c.text {
			t.Errorf("ParseMoney(%q, %s) = %d %q, %v", c.decimal, c.currency, m.Minor, m, err)
		}
	}
}

func TestMoneyThatIsNone(t *testing.T) {
	for _, c := range []struct{ decimal, currency string }{
		{"29.335", "USD"}, {"1980.5", "JPY"}, {"", "CNY"}, {".5", "CNY"}, {"-", "CNY"}, {"--5", "CNY"}, {"+5", "CNY"},
		{"1e3", "CNY"}, {"1,000", "CNY"}, {"1.2.3", "CNY"}, {"1.2.0", "CNY"}, {"٣", "CNY"}, {" 5", "CNY"}, {"0x10", "CNY"},
		{"99999999999999999999", "CNY"}, {"NaN", "CNY"}, {"5", "cny"}, {"5", "CN"}, {"5", ""},
	} {
		if m, err := crm.ParseMoney(c.decimal, c.currency); err == nil {
			t.Errorf("ParseMoney(%q, %q) = %s", c.decimal, c.currency, m)
		}
	}
}

func TestMoneyReadsWhatItWrote(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := crm.Money{
			Minor:    rapid.Int64Min(-math.MaxInt64).Draw(t, "minor"),
			Currency: rapid.SampledFrom([]string{"CNY", "JPY", "KWD"}).Draw(t, "currency"),
		}
		decimal, currency, _ := strings.Cut(m.String(), " ")
		if back, err := crm.ParseMoney(decimal, currency); err != nil || back != m {
			t.Fatalf("%#v became %s became %#v, %v", m, m, back, err)
		}
	})
}

func TestAddingMoney(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Int64().Draw(t, "a"), rapid.Int64().Draw(t, "b")
		sum, err := crm.Money{Minor: a, Currency: "CNY"}.Add(crm.Money{Minor: b, Currency: "CNY"})
		exact := new(big.Int).Add(big.NewInt(a), big.NewInt(b))
		if fits := exact.IsInt64(); fits != (err == nil) || fits && sum.Minor != exact.Int64() {
			t.Fatalf("%d + %d = %d, %v", a, b, sum.Minor, err)
		}
	})
	if sum, err := (crm.Money{Minor: 1, Currency: "CNY"}).Add(crm.Money{Minor: 1, Currency: "USD"}); err == nil {
		t.Errorf("two currencies added up to %s", sum)
	}
}

func TestRates(t *testing.T) {
	for _, c := range []struct {
		decimal, currency string
		minor, want       int64
	}{
		{"7.2", "USD", 2933, 21118}, // 29.33 USD = 211.176 CNY
		{"0.0465", "JPY", 1980, 9207},
		{"23.4", "KWD", 1000, 2340}, // 1 KWD = 1000 fils
		{"1", "EUR", -5, -5},
		{"0.5", "EUR", 1, 1}, // half away from zero
		{"0.5", "EUR", -1, -1},
		{"2", "EUR", math.MaxInt64, math.MaxInt64},
		{"2", "EUR", -math.MaxInt64, -math.MaxInt64},
	} {
		rate, err := crm.ParseRate(c.decimal, c.currency, "CNY")
		if got := rate.Convert(c.minor); err != nil || got != c.want {
			t.Errorf("%d %s at %s = %d, %v; want %d", c.minor, c.currency, c.decimal, got, err, c.want)
		}
	}
	for _, bad := range []string{"0", "-1", "", "x", "0.0000000001", "99999999999"} {
		if rate, err := crm.ParseRate(bad, "USD", "CNY"); err == nil {
			t.Errorf("ParseRate(%q) = %d", bad, rate)
		}
	}
}

// A rate that was read is quoted as it was written, but for zeros at its end.
func TestARateIsQuotedAsItWasRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		currencies := rapid.SampledFrom([]string{"CNY", "JPY", "KWD"})
		currency, base := currencies.Draw(t, "currency"), currencies.Draw(t, "base")
		micros := rapid.Int64Range(1, 1e12).Draw(t, "millionths")
		want := fmt.Sprintf("%d.%06d", micros/1e6, micros%1e6)
		rate, err := crm.ParseRate(want, currency, base)
		if err != nil {
			t.Fatal(err)
		}
		if got := rate.Quote(currency, base); got != strings.TrimRight(strings.TrimRight(want, "0"), ".") {
			t.Fatalf("%s became %s", want, got)
		}
	})
}

func TestConvertIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		minor, rate := rapid.Int64Min(-math.MaxInt64).Draw(t, "minor"), rapid.Int64Min(1).Draw(t, "rate")
		product := new(big.Int).Mul(new(big.Int).Abs(big.NewInt(minor)), big.NewInt(rate))
		rounded := product.Add(product, big.NewInt(int64(crm.Par)/2)).Div(product, big.NewInt(int64(crm.Par)))
		want := int64(math.MaxInt64)
		if rounded.IsInt64() {
			want = rounded.Int64()
		}
		if minor < 0 {
			want = -want
		}
		if got := crm.Rate(rate).Convert(minor); got != want {
			t.Fatalf("%d × %d = %d, want %d", minor, rate, got, want)
		}
	})
}
