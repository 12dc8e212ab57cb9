import { useSignal } from '@preact/signals';
import { Figures } from '../figures/figures.tsx';
import { addressOf, go } from '../shell/router.ts';
import { TASK_ID } from '../shell/search-box.tsx';
import { tasksTexts } from '../texts/tasks.ts';
import { Field } from '../ui/field.tsx';
import { Link } from '../ui/link.tsx';
import { Screen } from '../ui/screen.tsx';

/** Finds a task by its id, and shows how busy the service is. Listing all tasks would take a request for each cache. */
export function Tasks() {
  const t = tasksTexts();
  const isWrong = useSignal(false);
  const show = (event: SubmitEvent) => {
    event.preventDefault();
    const id = String(new FormData(event.currentTarget as HTMLFormElement).get('task')).trim();
    isWrong.value = !TASK_ID.test(id);
    if (!isWrong.value) go(addressOf(`/tasks/${id.toLowerCase()}`));
  };
  return (
    <Screen title={t.title}>
      <p>
        {t.how} <Link to={addressOf('/caches')}>{t.toCaches}</Link>
      </p>
      <form class="filters" onSubmit={show}>
        <Field name="task" label={t.id} value="" code wide />
        <button type="submit">{t.show}</button>
      </form>
      <div role="alert">{isWrong.value && <p class="problem">{t.noId}</p>}</div>
      <p class="faint">{t.noList}</p>
      <Figures />
    </Screen>
  );
}
