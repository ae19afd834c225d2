package ingest

import (
	"fmt"
	"time"
)

func badAddress(scheme string) *Problem {
	p := &Problem{
		Code: BadAddress,
		ZH:   "摄像机地址无法识别：应形如 rtsp://用户:密码@主机:554/路径，密码中的特殊字符须用 %XX 表示",
		EN:   "the camera's address cannot be read: it should look like rtsp://user:password@host:554/path, special characters in the password written as %XX",
	}
	if scheme != "" {
		p.ZH = fmt.Sprintf("摄像机地址以 %s:// 开头，应为 rtsp:// 或 rtsps://", scheme)
		p.EN = fmt.Sprintf("the camera's address begins with %s://, it should be rtsp:// or rtsps://", scheme)
	}
	return p
}

func badProtocol(protocol string) *Problem {
	return &Problem{
		Code: BadAddress,
		ZH:   fmt.Sprintf("传输方式 %q 不支持：请选 tcp、udp 或留空（自动）", protocol),
		EN:   fmt.Sprintf("the protocol %q is not known: choose tcp, udp, or leave it empty (automatic)", protocol),
	}
}

func badPin() *Problem {
	return &Problem{
		Code: BadAddress,
		ZH:   "地址末尾 #sha256= 之后应为 64 位十六进制证书指纹，请改正或删去",
		EN:   "what follows #sha256= in the address should be the 64 hexadecimal digits of a certificate's fingerprint; correct or remove it",
	}
}

func stalledFor(d time.Duration) *Problem {
	return &Problem{
		Code: NoPictures,
		ZH:   fmt.Sprintf("连接仍在，但已 %s 没有新画面：请检查摄像机是否死机或网络是否拥塞，程序会自动重连", seconds(d)),
		EN:   fmt.Sprintf("no new picture for %s: check whether the camera hangs or the network is congested; we reconnect by ourselves", seconds(d)),
	}
}

func frozenFor(d time.Duration) *Problem {
	return &Problem{
		Code: Frozen,
		ZH:   fmt.Sprintf("画面冻结：%s 内收到的都是同一幅画面，请重启摄像机或检查其编码器", seconds(d)),
		EN:   fmt.Sprintf("the picture is frozen: the same picture has been sent again for %s; restart the camera or check its encoder", seconds(d)),
	}
}

func noKeyUnitFor(d time.Duration) *Problem {
	return &Problem{
		Code: NoKeyUnit,
		ZH:   fmt.Sprintf("%s 内没有收到关键帧，无法解码：请在摄像机上把关键帧间隔（GOP）设为 2 秒", seconds(d)),
		EN:   fmt.Sprintf("no key frame came within %s, nothing can be decoded: set the camera's key frame interval (GOP) to 2 s", seconds(d)),
	}
}

func noVideo(audio bool) *Problem {
	if audio {
		return &Problem{
			Code: NoVideo,
			ZH:   "该地址只有声音，没有视频：请改用摄像机的视频流地址",
			EN:   "this address carries sound alone, no video: use the address of the camera's video stream",
		}
	}
	return &Problem{
		Code: NoVideo,
		ZH:   "该地址没有视频流：请核对摄像机的视频流地址",
		EN:   "this address carries no video: check the address of the camera's video stream",
	}
}

func unknownCodec(name string) *Problem {
	return &Problem{
		Code: UnknownCodec,
		ZH:   fmt.Sprintf("视频编码 %s 不支持：请在摄像机上改为 H.264、H.265 或 MJPEG", name),
		EN:   fmt.Sprintf("the video codec %s is not supported: set the camera to H.264, H.265 or MJPEG", name),
	}
}

func udpBlocked() *Problem {
	return &Problem{
		Code: UDPBlocked,
		ZH:   "UDP 收不到画面，可能被防火墙拦截或摄像机不支持：请把传输方式改为 TCP 或自动",
		EN:   "no pictures come by UDP, a firewall may block it or the camera refuses it: set the protocol to TCP or automatic",
	}
}

func resolutionChanged(from, to *Params) *Problem {
	return &Problem{
		Code: ResolutionChanged,
		ZH: fmt.Sprintf("画面参数在播放中改变（%s %d×%d → %s %d×%d）：请核对区域是否仍然对准",
			from.Codec, from.Width, from.Height, to.Codec, to.Width, to.Height),
		EN: fmt.Sprintf("the picture changed while playing (%s %d×%d → %s %d×%d): check that the zones still fit",
			from.Codec, from.Width, from.Height, to.Codec, to.Width, to.Height),
	}
}

func timeJumped() *Problem {
	return &Problem{
		Code: TimeJumped,
		ZH:   "摄像机的时间戳发生跳变，已按到达时间续接：若反复出现，请检查摄像机的校时与固件",
		EN:   "the camera's time stamps jumped, we go on by the time of arrival: if it recurs, check the camera's time setting and firmware",
	}
}

func clockOff(offset time.Duration) *Problem {
	zh, en := "快", "ahead of"
	if offset < 0 {
		zh, en, offset = "慢", "behind", -offset
	}
	return &Problem{
		Code: ClockOff,
		ZH:   fmt.Sprintf("摄像机时钟比本机%s %s，改用到达时间：请为摄像机配置 NTP 校时", zh, seconds(offset)),
		EN:   fmt.Sprintf("the camera's clock is %s %s ours, we go by the time of arrival: set up NTP on the camera", seconds(offset), en),
	}
}

// seconds writes a duration without needless digits.
func seconds(d time.Duration) string {
	if d < 10*time.Second {
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}
