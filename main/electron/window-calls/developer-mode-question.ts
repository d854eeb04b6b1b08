import type { WindowLanguage } from '../../ipc/app.js';
import type { Question } from './call-context.js';

interface QuestionTexts {
  readonly on: Question;
  readonly off: Question;
}

/** Those from `zh-Hans` on were translated by machine and have not been reviewed. */
const QUESTIONS: Readonly<Record<WindowLanguage, QuestionTexts>> = {
  ja: {
    on: {
      title: '開発者モードにしますか',
      message: 'マイナンバーカードは使えなくなり、代わりにテスト用のカードを使います。まどぐちは起動し直します。',
      yes: '開発者モードにする',
      no: 'やめる',
    },
    off: {
      title: '開発者モードを終わりますか',
      message: 'カードリーダーのカードを使うようになります。まどぐちは起動し直します。',
      yes: '開発者モードを終わる',
      no: 'やめる',
    },
  },
  en: {
    on: {
      title: 'Turn developer mode on?',
      message: 'My Number Cards cannot be used then; a test card is used in their place. Madoguchi starts again.',
      yes: 'Turn on',
      no: 'Cancel',
    },
    off: {
      title: 'Turn developer mode off?',
      message: 'The card on the reader is used again. Madoguchi starts again.',
      yes: 'Turn off',
      no: 'Cancel',
    },
  },
  'ja-simple': {
    on: {
      title: '開発者（かいはつしゃ）モードに しますか',
      message: 'マイナンバーカードは つかえません。テストの カードを つかいます。まどぐちは もういちど はじまります。',
      yes: '開発者（かいはつしゃ）モードに する',
      no: 'やめる',
    },
    off: {
      title: '開発者（かいはつしゃ）モードを おわりますか',
      message: 'あなたの カードを つかいます。まどぐちは もういちど はじまります。',
      yes: 'おわる',
      no: 'やめる',
    },
  },
  'zh-Hans': {
    on: {
      title: '要开启开发者模式吗？',
      message: '开启后将无法使用个人编号卡，改为使用测试卡。Madoguchi 将重新启动。',
      yes: '开启',
      no: '取消',
    },
    off: {
      title: '要关闭开发者模式吗？',
      message: '将重新使用读卡器上的卡。Madoguchi 将重新启动。',
      yes: '关闭',
      no: '取消',
    },
  },
  ko: {
    on: {
      title: '개발자 모드를 켤까요?',
      message: '마이넘버카드를 사용할 수 없게 되고 대신 테스트 카드를 사용합니다. Madoguchi가 다시 시작됩니다.',
      yes: '켜기',
      no: '취소',
    },
    off: {
      title: '개발자 모드를 끌까요?',
      message: '카드 리더의 카드를 다시 사용합니다. Madoguchi가 다시 시작됩니다.',
      yes: '끄기',
      no: '취소',
    },
  },
  vi: {
    on: {
      title: 'Bật chế độ nhà phát triển?',
      message: 'Khi đó không dùng được Thẻ My Number; thẻ thử nghiệm được dùng thay. Madoguchi sẽ khởi động lại.',
      yes: 'Bật',
      no: 'Hủy',
    },
    off: {
      title: 'Tắt chế độ nhà phát triển?',
      message: 'Thẻ trên đầu đọc sẽ được dùng lại. Madoguchi sẽ khởi động lại.',
      yes: 'Tắt',
      no: 'Hủy',
    },
  },
  pt: {
    on: {
      title: 'Ativar o modo de desenvolvedor?',
      message: 'O cartão My Number não poderá ser usado; um cartão de teste será usado no lugar. O Madoguchi reinicia.',
      yes: 'Ativar',
      no: 'Cancelar',
    },
    off: {
      title: 'Desativar o modo de desenvolvedor?',
      message: 'O cartão no leitor volta a ser usado. O Madoguchi reinicia.',
      yes: 'Desativar',
      no: 'Cancelar',
    },
  },
};

/** In the language of the windows. @param on whether it is to be on */
export function developerModeQuestion(language: WindowLanguage, on: boolean): Question {
  return QUESTIONS[language][on ? 'on' : 'off'];
}
