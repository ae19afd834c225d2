package ingest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"

	"github.com/bluenviron/gortsplib/v4/pkg/base"
	"github.com/bluenviron/gortsplib/v4/pkg/liberrors"
)

// stage is how far a connection got.
type stage int

const (
	dialling stage = iota // until the first answer
	asking                // describe, set up, play
	playing               // pictures may come
)

// explain turns the error that ended a connection into a Problem.
func (t *target) explain(err error, at stage) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	for _, try := range []func(error, stage) *Problem{t.status, t.network, t.secure, t.ended} {
		if p = try(err, at); p != nil {
			p.Detail = t.scrub(err.Error())
			return p
		}
	}
	p = &Problem{
		Code: ServerError,
		ZH:   fmt.Sprintf("与 %s 的 RTSP 会话出错：请重启摄像机，或换用 TCP 再试", t.host),
		EN:   fmt.Sprintf("the RTSP session with %s failed: restart the camera, or try TCP", t.host),
	}
	if at == dialling {
		p = t.notRTSP()
	}
	p.Detail = t.scrub(err.Error())
	return p
}

func (t *target) notRTSP() *Problem {
	return &Problem{
		Code: NotRTSP,
		ZH:   fmt.Sprintf("%s 的应答不是 RTSP：请核对端口（通常为 554）", t.host),
		EN:   fmt.Sprintf("what %s answers is not RTSP: check the port (usually 554)", t.host),
	}
}

// status explains an RTSP answer that is not 200.
func (t *target) status(err error, _ stage) *Problem {
	var auth liberrors.ErrClientAuthSetup
	var bad liberrors.ErrClientBadStatusCode
	if !errors.As(err, &bad) && !errors.As(err, &auth) {
		return nil
	}
	switch {
	case bad.Code == base.StatusUnauthorized, bad.Code == base.StatusForbidden, auth.Err != nil:
		return &Problem{
			Code: Unauthorized,
			ZH:   "用户名或密码被摄像机拒绝：请核对后重新填写；为免账号被锁，程序每分钟至多再试一次",
			EN:   "the camera refuses the user name or password: correct them; we try at most once a minute so that the account is not locked",
		}
	case bad.Code == base.StatusNotFound:
		return &Problem{
			Code: NotFound,
			ZH:   "摄像机上没有这个路径（404）：请核对地址中主机之后的部分",
			EN:   "the camera has no such path (404): check the part of the address after the host",
		}
	default:
		return &Problem{
			Code: ServerError,
			ZH:   fmt.Sprintf("摄像机拒绝播放（%d）：可能连接数已满，请关闭其他观看者或重启摄像机", bad.Code),
			EN:   fmt.Sprintf("the camera refuses to play (%d): it may have too many viewers; close others or restart it", bad.Code),
		}
	}
}

// network explains what went wrong below RTSP.
func (t *target) network(err error, at stage) *Problem {
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns):
		return &Problem{
			Code: HostUnknown,
			ZH:   fmt.Sprintf("找不到主机 %s：请核对地址，或改用 IP 地址", t.host),
			EN:   fmt.Sprintf("the host %s cannot be found: check the address, or use its IP address", t.host),
		}
	case errors.Is(err, syscall.ECONNREFUSED):
		return &Problem{
			Code: Refused,
			ZH:   fmt.Sprintf("%s 拒绝连接：请核对端口（通常为 554），并确认摄像机已启用 RTSP", t.host),
			EN:   fmt.Sprintf("%s refuses the connection: check the port (usually 554) and that RTSP is enabled on the camera", t.host),
		}
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return &Problem{
			Code: Unreachable,
			ZH:   fmt.Sprintf("网络到不了 %s：请检查网线、供电和路由", t.host),
			EN:   fmt.Sprintf("the network does not reach %s: check cable, power and routing", t.host),
		}
	case at != playing && timedOut(err):
		return &Problem{
			Code: NoAnswer,
			ZH:   fmt.Sprintf("%s 没有应答：请核对地址，检查供电、网络和防火墙", t.host),
			EN:   fmt.Sprintf("%s does not answer: check the address, power, network and firewall", t.host),
		}
	case at == dialling && notDialled(err):
		return &Problem{
			Code: Unreachable,
			ZH:   fmt.Sprintf("无法连接 %s：请核对地址，并确认它在配置 cameras.networks 允许的网段内", t.host),
			EN:   fmt.Sprintf("%s cannot be connected to: check the address, and that it lies in the networks of cameras.networks", t.host),
		}
	default:
		return nil
	}
}

// notDialled says that there was no connection at all, as where Control refuses.
func notDialled(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

func timedOut(err error) bool {
	var late liberrors.ErrClientRequestTimedOut
	var ended liberrors.ErrClientTerminated // we closed it ourselves, for it took too long
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, syscall.ETIMEDOUT) || errors.As(err, &late) || errors.As(err, &ended)
}

// secure explains what went wrong with TLS.
func (t *target) secure(err error, _ stage) *Problem {
	var (
		unknown x509.UnknownAuthorityError
		host    x509.HostnameError
		invalid x509.CertificateInvalidError
		verify  *tls.CertificateVerificationError
		record  tls.RecordHeaderError
		alert   tls.AlertError
		pin     *pinError
	)
	switch {
	case errors.As(err, &pin):
		return &Problem{
			Code: TLSFailed,
			ZH:   "摄像机的证书与地址中 #sha256= 指定的不符：若证书确已更换，请更新指纹，否则可能有人冒充摄像机",
			EN:   "the camera's certificate is not the one pinned by #sha256= in the address: update the fingerprint if it was renewed, else somebody may pose as the camera",
		}
	case errors.As(err, &unknown):
		return untrusted(shown(unknown.Cert))
	case errors.As(err, &host):
		return untrusted(shown(host.Certificate))
	case errors.As(err, &invalid):
		return untrusted(shown(invalid.Cert))
	case errors.As(err, &verify) && len(verify.UnverifiedCertificates) > 0:
		return untrusted(shown(verify.UnverifiedCertificates[0]))
	case errors.As(err, &record), errors.As(err, &alert):
		return t.noTLS()
	default:
		return nil
	}
}

func (t *target) noTLS() *Problem {
	return &Problem{
		Code: TLSFailed,
		ZH:   fmt.Sprintf("与 %s 的 TLS 握手失败：该端口可能不是 RTSPS（通常为 322），请核对端口或改用 rtsp://", t.host),
		EN:   fmt.Sprintf("the TLS handshake with %s failed: the port may not be RTSPS (usually 322); check it or use rtsp://", t.host),
	}
}

func untrusted(sum string) *Problem {
	return &Problem{
		Code: TLSFailed,
		ZH:   "摄像机的证书不受信任：请核实后在地址末尾加上 #sha256=" + sum,
		EN:   "the camera's certificate is not trusted: once you have checked that it is the camera's, add to the address #sha256=" + sum,
	}
}

// ended explains a connection that was closed, or fell silent.
func (t *target) ended(err error, at stage) *Problem {
	var silent liberrors.ErrClientTCPTimeout
	var udpSilent liberrors.ErrClientUDPTimeout
	switch {
	case errors.As(err, &silent), errors.As(err, &udpSilent):
		return &Problem{
			Code: NoPictures,
			ZH:   "摄像机停止发送画面：请检查摄像机和网络，程序会自动重连",
			EN:   "the camera stopped sending pictures: check camera and network; we reconnect by ourselves",
		}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		if at == dialling {
			return &Problem{
				Code: NotRTSP,
				ZH:   fmt.Sprintf("%s 接受连接后立即断开：请核对端口是否为 RTSP，或摄像机连接数是否已满", t.host),
				EN:   fmt.Sprintf("%s accepts the connection and closes it at once: check that the port is RTSP's, or whether the camera has too many viewers", t.host),
			}
		}
		return &Problem{
			Code: Closed,
			ZH:   "摄像机断开了连接，正在重连：若反复出现，请检查供电、网络和连接数",
			EN:   "the camera closed the connection, we reconnect: if it recurs, check power, network and the number of viewers",
		}
	default:
		return nil
	}
}
