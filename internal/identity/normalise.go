package identity

import (
	"fmt"
	"reflect"
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"

	"guanxi/internal/crm"
	"guanxi/internal/customer"
)

// DefaultRegion is the country of a phone that is written without one, where
// neither the connection nor the caller says more.
const DefaultRegion = "CN"

// Phone gives the E.164 form of a number as people write it: "138 1234 5678",
// "0086-…", "(021) 6279-8000". False: it is none.
func Phone(raw, region string) (string, bool) {
	if region == "" {
		region = DefaultRegion
	}
	raw = strings.TrimSpace(raw)
	if international, ok := strings.CutPrefix(raw, "00"); ok {
		raw = "+" + international
	}
	n, err := phonenumbers.Parse(raw, region)
	if err != nil || !phonenumbers.IsValidNumber(n) || n.GetExtension() != "" {
		return "", false
	}
	return phonenumbers.Format(n, phonenumbers.E164), true
}

// Email trims and lowers an address. The local part is lowered as well: no
// provider of note tells capitals apart, but people do type them. Dots and
// plus-tags stay: what they mean differs by provider. False: it is none.
func Email(raw string) (string, bool) {
	address := strings.ToLower(strings.TrimSpace(raw))
	return address, customer.ValidEmail(address)
}

// Mention normalises what a source wrote about a person. A phone or e-mail
// that is none is left out: the rest may still recognise them.
func Mention(m customer.Mention) customer.Mention {
	m.Phone, _ = Phone(m.Phone, m.Region)
	if address, ok := Email(m.Email); ok {
		m.Email = address
	} else {
		m.Email = ""
	}
	m.Card = clean(m.Card, maxID)
	m.Account.ID = clean(m.Account.ID, maxID)
	m.Name = clean(m.Name, maxName)
	m.Address = address(m.Address)
	return m
}

// What no person types has nobody to correct it: it is cut to what a profile
// may hold (customer.Profile.Validate).
const (
	maxName     = 200
	maxLine     = 200
	maxPostcode = 40
	maxLines    = 5
	maxID       = 128
)

// clean leaves single spaces, no control characters, no marks of direction, and at most so many
// characters.
func clean(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r):
			return ' '
		case unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	s = strings.Join(strings.Fields(s), " ")
	if runes := []rune(s); len(runes) > most {
		s = strings.TrimSpace(string(runes[:most]))
	}
	return s
}

func address(a *customer.Address) *customer.Address {
	if a == nil {
		return nil
	}
	to := customer.Address{Province: clean(a.Province, maxLine), City: clean(a.City, maxLine), Postcode: clean(a.Postcode, maxPostcode)}
	if country := strings.ToUpper(strings.TrimSpace(a.Country)); isCountry(country) {
		to.Country = country
	}
	for _, line := range a.Lines {
		if line = clean(line, maxLine); line != "" && len(to.Lines) < maxLines {
			to.Lines = append(to.Lines, line)
		}
	}
	if reflect.ValueOf(to).IsZero() {
		return nil
	}
	return &to
}

func isCountry(s string) bool {
	return len(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z'
}

// Profile normalises what a caller of the API wrote, then holds it against the
// rules; the error names each field that can't be used.
func Profile(p customer.Profile, region string) (customer.Profile, error) {
	var wrong []crm.Field
	phone := func(raw *string, path string) {
		if *raw == "" {
			return
		}
		number, ok := Phone(*raw, region)
		if !ok {
			wrong = append(wrong, crm.Field{Path: path, Message: "must be a phone number like +8613812345678"})
			return
		}
		*raw = number
	}
	email := func(raw *string, path string) {
		if *raw == "" {
			return
		}
		address, ok := Email(*raw)
		if !ok {
			wrong = append(wrong, crm.Field{Path: path, Message: "must be an e-mail address like mei@example.com"})
			return
		}
		*raw = address
	}
	phone(&p.Phone, "phone")
	email(&p.Email, "email")
	p.Contacts = append([]customer.Contact(nil), p.Contacts...)
	for i := range p.Contacts {
		path := fmt.Sprintf("contacts[%d].value", i)
		switch customer.KeyKind(p.Contacts[i].Kind) {
		case customer.PhoneKey:
			phone(&p.Contacts[i].Value, path)
		case customer.EmailKey:
			email(&p.Contacts[i].Value, path)
		}
	}
	p.Colleagues = append([]customer.Colleague(nil), p.Colleagues...)
	for i := range p.Colleagues {
		phone(&p.Colleagues[i].Phone, fmt.Sprintf("organisation.contacts[%d].phone", i))
		email(&p.Colleagues[i].Email, fmt.Sprintf("organisation.contacts[%d].email", i))
	}
	if len(wrong) > 0 {
		return p, &crm.Error{Op: "identity.Profile", Kind: crm.Invalid, Detail: "the profile breaks a rule", Fields: wrong}
	}
	return p, p.Validate()
}
