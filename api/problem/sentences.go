package problem

import "net/http"

// NotSignedIn asks for a session.
func NotSignedIn() *Problem {
	return New(http.StatusUnauthorized, "请先登录。", "Sign in first.")
}

// NoRight says that the account's roles do not allow it.
func NoRight() *Problem {
	return New(http.StatusForbidden, "您的角色无权进行此操作；如需办理，请联系系统管理员调整角色。", "Your roles do not allow this; ask your administrator if they should.")
}

// DistrictAlone says that the operation concerns the district as a whole.
func DistrictAlone() *Problem {
	return New(http.StatusForbidden, "此项涉及全区，您的账号只面向所辖乡镇；请联系区级人员办理。", "This concerns the whole district, and your account is for its townships alone; ask somebody of the district.")
}

// PasswordFirst says that the one-time password must be changed before anything.
func PasswordFirst() *Problem {
	return New(http.StatusForbidden, "请先修改一次性密码，再进行其他操作。", "Change your one-time password first; nothing else is possible before.")
}

// SecondFactor is the type of problems that a second factor solves, or without one a fresh
// proof by the password.
const SecondFactor = "urn:offsite:second-factor"

// FactorWanted says that the password is right and something more is asked.
func FactorWanted() *Problem {
	p := New(http.StatusUnauthorized, "请输入验证器上的6位动态码或一个恢复码，或使用通行密钥登录。", "Enter the six digits of your authenticator app or a recovery code, or sign in by passkey.")
	p.Type = SecondFactor
	return p
}

// Prove asks anew for the second factor, or for the password where there is no factor.
func Prove(factor bool) *Problem {
	p := New(http.StatusForbidden, "此操作需要重新验证：请再次输入密码后重试。", "This wants a fresh proof: enter your password again and try again.")
	if factor {
		p = New(http.StatusForbidden, "此操作需要重新验证：请出示第二因素后重试。", "This wants a fresh proof: show your second factor and try again.")
	}
	p.Type = SecondFactor
	return p
}

// ProveParty asks a party for the code that its telephone gets.
func ProveParty() *Problem {
	p := New(http.StatusForbidden, "请先用短信验证码验证您的手机号。", "First confirm your telephone by the code that is sent to it.")
	p.Type = SecondFactor
	return p
}

// FactorFirst says that a second factor must be set up before anything.
func FactorFirst() *Problem {
	return New(http.StatusForbidden, "本单位要求双因素登录：请先在“账号安全”中设置验证器或通行密钥。", "Your bureau demands a second factor: set up an authenticator app or a passkey under Account security first.")
}

// Forged says that a request did not come from our own page.
func Forged() *Problem {
	return New(http.StatusForbidden, "请求缺少有效的安全令牌，请刷新页面后重试。", "The request lacks a valid security token; reload the page and try again.")
}

// NotFound says that there is no such thing.
func NotFound(zh, en string) *Problem {
	return New(http.StatusNotFound, "没有找到"+zh+"。", "There is no such "+en+".")
}

// Stale says that somebody changed it meanwhile.
func Stale() *Problem {
	return New(http.StatusPreconditionFailed, "内容已被他人变更，请刷新后核对再试。", "Somebody else changed this meanwhile; load it again, check, and retry.")
}

// NoVersion asks for If-Match.
func NoVersion() *Problem {
	return New(http.StatusPreconditionRequired, "请求缺少 If-Match 版本号，请刷新后重试。", "The request names no version; send If-Match with the version you have seen.")
}

// TooMany says to slow down.
func TooMany(seconds string) *Problem {
	return New(http.StatusTooManyRequests, "请求过于频繁，请稍后再试。", "Too many requests; wait a moment and try again.").With("Retry-After", seconds)
}

// TooLarge says that a body is over its limit.
func TooLarge() *Problem {
	return New(http.StatusRequestEntityTooLarge, "请求内容过大。", "The request is too large.")
}

// Invalid says that the request is not well-formed; Errors name the parts.
func Invalid(zh, en string, fields ...Field) *Problem {
	p := New(http.StatusUnprocessableEntity, zh, en)
	p.Errors = fields
	return p
}

// Internal is our own fault. The cause goes to the log alone.
func Internal(cause error) *Problem {
	return New(http.StatusInternalServerError, "服务器内部错误，请稍后重试；如反复出现，请将请求编号告知管理员。", "The server failed; try again later, and give the request id to your administrator if it happens again.").Because(cause)
}

// Away says that a part we depend on does not answer.
func Away(zh, en string, cause error) *Problem {
	return New(http.StatusServiceUnavailable, zh, en).With("Retry-After", "5").Because(cause)
}
