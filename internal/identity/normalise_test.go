package identity_test

import (
	"errors"
	"testing"

	"guanxi/internal/crm"
	"guanxi/internal/customer"
	"guanxi/internal/identity"
)

func TestPhone(t *testing.T) {
	for _, c := range []struct{ raw, region, want string }{
		{"13812345678", "", "+8613812345678"},
		{" 138 1234 5678 ", "CN", "+8613812345678"},
		{"138-1234-5678", "CN", "+8613812345678"},
		{"0086 138 1234 5678", "CN", "+8613812345678"},
		{"+86 (138) 1234-5678", "US", "+8613812345678"},
		{"１３８１２３４５６７８", "CN", "+8613812345678"}, // full-width digits
		{"(021) 6279-8000", "CN", "+862162798000"},
		{"+44 20 7946 0958", "CN", "+442079460958"},
		{"020 7946 0958", "GB", "+442079460958"},
		{"12345", "CN", ""},
		{"138****5678", "CN", ""}, // what a masked profile shows
		{"mei", "CN", ""},
		{"", "CN", ""},
		{"+999 123 456 789", "CN", ""},
		{"13812345678", "XX", ""},
	} {
		got, ok := identity.Phone(c.raw, c.region)
		if got != c.want || ok != (c.want != "") {
			t.Errorf("Phone(%q, %q) = %q, %v; want %q", c.raw, c.region, got, ok, c.want)
		}
	}
}

func TestEmail(t *testing.T) {
	for raw, want := range map[string]string{
		" Mei.Li@Example.COM ": "mei.li@example.com",
		"mei+shop@example.com": "mei+shop@example.com", // tags and dots mean different things to different providers
		"梅@例子.中国":              "梅@例子.中国",
		"mei":                  "",
		"mei@localhost":        "",
		"@example.com":         "",
		"mei@@example.com":     "",
		"m ei@example.com":     "",
		"m***@example.com":     "", // what a masked profile shows
		"":                     "",
	} {
		if got, ok := identity.Email(raw); ok != (want != "") || ok && got != want {
			t.Errorf("Email(%q) = %q, %v; want %q", raw, got, ok, want)
		}
	}
}

func TestProfileNamesEveryFieldThatIsWrong(t *testing.T) {
	p := customer.Profile{Kind: customer.Person, Name: "Mei", Private: customer.Private{
		Phone: "12", Email: "mei", Contacts: []customer.Contact{{Kind: "wechat", Value: "mei_88"}, {Kind: "phone", Value: "x"}},
	}}
	_, err := identity.Profile(p, "CN")
	wrong, ok := errors.AsType[*crm.Error](err)
	if !ok || wrong.Kind != crm.Invalid || len(wrong.Fields) != 3 || wrong.Fields[2].Path != "contacts[1].value" {
		t.Errorf("got %v", err)
	}
}

// FuzzMention: whatever a shop writes about a person, what comes of it is a
// profile that holds by all the rules, and normalising again changes nothing.
func FuzzMention(f *testing.F) {
	f.Add("17", "mei@example.com", "13812345678", "Mei\x00 Li", "cn", "Room 1203\n")
	f.Add("", "\xff@x.y", "+1", "\u202e", "China", "")
	f.Fuzz(func(t *testing.T, id, email, phone, name, country, line string) {
		m := identity.Mention(customer.Mention{
			Account: customer.Platform{Connection: "c", ID: id}, Card: id, Email: email, Phone: phone, Name: name,
			Address: &customer.Address{Country: country, Province: line, City: line, Postcode: line, Lines: []string{line, name}},
		})
		if len(m.Keys()) == 0 {
			return
		}
		if err := customer.New("cus_1", m, noon).Validate(); err != nil {
			t.Fatal(err)
		}
		if again := identity.Mention(m); again.Email != m.Email || again.Phone != m.Phone || again.Name != m.Name || again.Card != m.Card {
			t.Fatalf("%+v became %+v", m, again)
		}
	})
}
