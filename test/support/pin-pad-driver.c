/*
 * A driver of pcscd for one reader that has a card in it and keys on it, but no device behind it: it announces PIN entry
 * (PC/SC part 10), writes what it is asked into the file that DEVICENAME names, one line per control call, and answers as
 * a reader whose person typed the right PIN.
 */
#include <stdio.h>
#include <string.h>

typedef unsigned long DWORD;
typedef unsigned char *PUCHAR;
typedef long RESPONSECODE;
typedef struct {
  DWORD protocol;
  DWORD length;
} PciHeader;

#define IFD_SUCCESS 0
#define IFD_ERROR_TAG 600
#define IFD_COMMUNICATION_ERROR 612
#define IFD_ERROR_NOT_SUPPORTED 606
#define IFD_ICC_PRESENT 615
#define TAG_IFD_ATR 0x0303
#define TAG_IFD_SLOTS_NUMBER 0x0FAE
#define TAG_IFD_SIMULTANEOUS_ACCESS 0x0FAF
#define IFD_POWER_DOWN 501

#define GET_FEATURE_REQUEST 0x42000D48
#define VERIFY_PIN_DIRECT 0x42330006
#define MODIFY_PIN_DIRECT 0x42330007
#define GET_TLV_PROPERTIES 0x42330012

static const unsigned char ATR[] = {0x3B, 0x80, 0x80, 0x01, 0x01};
static const unsigned char FEATURES[] = {0x06, 4, 0x42, 0x33, 0x00, 0x06, 0x07, 4, 0x42,
                                         0x33, 0x00, 0x07, 0x12, 4, 0x42, 0x33, 0x00, 0x12};
static const unsigned char PROPERTIES[] = {0x0B, 2, 0x34, 0x12, 0x0C, 2, 0x78, 0x56};
static const unsigned char SUCCESS[] = {0x90, 0x00};
static char log_path[512];

RESPONSECODE IFDHCreateChannelByName(DWORD lun, const char *device_name) {
  (void)lun;
  snprintf(log_path, sizeof log_path, "%s", device_name);
  return IFD_SUCCESS;
}

RESPONSECODE IFDHCreateChannel(DWORD lun, DWORD channel) {
  (void)lun;
  (void)channel;
  return IFD_COMMUNICATION_ERROR;
}

RESPONSECODE IFDHCloseChannel(DWORD lun) {
  (void)lun;
  return IFD_SUCCESS;
}

static RESPONSECODE answer(const unsigned char *bytes, DWORD count, PUCHAR out, DWORD room, DWORD *length) {
  if (count > room) return IFD_COMMUNICATION_ERROR;
  memcpy(out, bytes, count);
  *length = count;
  return IFD_SUCCESS;
}

RESPONSECODE IFDHGetCapabilities(DWORD lun, DWORD tag, DWORD *length, PUCHAR value) {
  (void)lun;
  const unsigned char one = 1;
  if (tag == TAG_IFD_ATR) return answer(ATR, sizeof ATR, value, *length, length);
  if (tag == TAG_IFD_SLOTS_NUMBER || tag == TAG_IFD_SIMULTANEOUS_ACCESS) return answer(&one, 1, value, *length, length);
  return IFD_ERROR_TAG;
}

RESPONSECODE IFDHSetCapabilities(DWORD lun, DWORD tag, DWORD length, PUCHAR value) {
  (void)lun;
  (void)tag;
  (void)length;
  (void)value;
  return IFD_ERROR_TAG;
}

RESPONSECODE IFDHSetProtocolParameters(DWORD lun, DWORD protocol, unsigned char flags, unsigned char pts1,
                                       unsigned char pts2, unsigned char pts3) {
  (void)lun;
  (void)protocol;
  (void)flags;
  (void)pts1;
  (void)pts2;
  (void)pts3;
  return IFD_SUCCESS;
}

RESPONSECODE IFDHPowerICC(DWORD lun, DWORD action, PUCHAR atr, DWORD *length) {
  (void)lun;
  if (action == IFD_POWER_DOWN) {
    *length = 0;
    return IFD_SUCCESS;
  }
  return answer(ATR, sizeof ATR, atr, *length, length);
}

RESPONSECODE IFDHTransmitToICC(DWORD lun, PciHeader send, PUCHAR command, DWORD count, PUCHAR response, DWORD *length,
                               PciHeader *receive) {
  (void)lun;
  (void)send;
  (void)command;
  (void)count;
  (void)receive;
  return answer(SUCCESS, sizeof SUCCESS, response, *length, length);
}

RESPONSECODE IFDHControl(DWORD lun, DWORD code, PUCHAR in, DWORD count, PUCHAR out, DWORD room, DWORD *length) {
  (void)lun;
  FILE *log = fopen(log_path, "a");
  if (log) {
    fprintf(log, "%08lx ", code);
    for (DWORD i = 0; i < count; i++) fprintf(log, "%02x", in[i]);
    fputc('\n', log);
    fclose(log);
  }
  *length = 0;
  switch (code) {
    case GET_FEATURE_REQUEST:
      return answer(FEATURES, sizeof FEATURES, out, room, length);
    case GET_TLV_PROPERTIES:
      return answer(PROPERTIES, sizeof PROPERTIES, out, room, length);
    case VERIFY_PIN_DIRECT:
    case MODIFY_PIN_DIRECT:
      return answer(SUCCESS, sizeof SUCCESS, out, room, length);
    default:
      return IFD_ERROR_NOT_SUPPORTED;
  }
}

RESPONSECODE IFDHICCPresence(DWORD lun) {
  (void)lun;
  return IFD_ICC_PRESENT;
}
